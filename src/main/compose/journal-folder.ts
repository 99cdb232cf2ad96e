/** Which folder a process uses for its usage journal, and who processes the journal of a process that is gone. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isQuarantined } from '../../adapters/journal/recovery/quarantined.ts'
import { holdProcessLock } from '../../adapters/sql/sqlite/process-lock.ts'
import { StoreError } from '../../adapters/sql/store-error.ts'

const OF_A_COMMAND = /^command-[\w-]+$/
/** The name that adapters/sql/process-lock.ts uses. */
const LOCK_FILE = 'server.lock'

/** The server's own folder; its lock on DATA_DIR covers this, too. */
export function journalFolderIn(dataDir: string): string {
  return join(dataDir, 'journal')
}

/** Of a further thread. */
export function threadJournalFolder(dataDir: string, name: string): string {
  return join(journalFolderIn(dataDir), `thread-${name}`)
}

/** A name for one run of a thread; it identifies that run's journal and leases. */
export function newThreadName(): string {
  return Bun.randomUUIDv7().slice(-12)
}

/** Names of threads of earlier processes, by the journals that they left. */
export function formerThreads(dataDir: string): string[] {
  const parent = journalFolderIn(dataDir)
  const names = existsSync(parent) ? readdirSync(parent) : []
  return names.flatMap((name) => /^thread-([\da-f]{12})$/.exec(name)?.[1] ?? [])
}

/** Removes the folder if everything in it is stored. */
export function removeEmptied(folder: string): void {
  if (!readdirSync(folder).some((name) => name.endsWith('.journal') || isQuarantined(name)))
    rmSync(folder, { recursive: true, force: true })
}

export interface HeldFolder {
  path: string
  /** Call this when everything in it is stored; the folder stays if files were quarantined. */
  remove(): void
  /** Leaves its content to the next server. */
  release(): void
}

/** For a command that serves while a server runs. */
export function ownJournalFolder(dataDir: string): HeldFolder {
  const path = join(journalFolderIn(dataDir), `command-${Bun.randomUUIDv7()}`)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  return heldFolder(path)
}

/** Paths of the quarantined files in all journals here. */
export function quarantinedIn(dataDir: string): string[] {
  const parent = journalFolderIn(dataDir)
  const names = existsSync(parent) ? readdirSync(parent, { recursive: true }).map(String) : []
  return names.filter(isQuarantined).sort()
}

/** Folders of commands that ended without emptying them. Folders of running commands are not included. */
export function* orphanedJournals(dataDir: string): Generator<HeldFolder> {
  const parent = journalFolderIn(dataDir)
  const names = existsSync(parent) ? readdirSync(parent) : []
  for (const name of names.filter((name) => OF_A_COMMAND.test(name))) {
    const held = heldUnlessInUse(join(parent, name))
    if (held !== null) yield held
  }
}

function heldUnlessInUse(path: string): HeldFolder | null {
  // Its command is about to lock it.
  if (!existsSync(join(path, LOCK_FILE))) return null
  try {
    return heldFolder(path)
  } catch (error) {
    if (error instanceof StoreError) return null
    throw error
  }
}

function heldFolder(path: string): HeldFolder {
  const release = holdProcessLock(path)
  return {
    path,
    release,
    remove() {
      release()
      if (!readdirSync(path).some(isQuarantined)) rmSync(path, { recursive: true, force: true })
    },
  }
}
