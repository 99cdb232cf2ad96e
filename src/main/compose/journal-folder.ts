/** Which folder a process keeps its usage journal in, and who looks after one whose process is gone. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isQuarantined } from '../../adapters/journal/quarantined.ts'
import { holdProcessLock } from '../../adapters/sql/sqlite/process-lock.ts'
import { StoreError } from '../../adapters/sql/store-error.ts'

const OF_A_COMMAND = /^command-[\w-]+$/
/** As adapters/sql/process-lock.ts calls it. */
const LOCK_FILE = 'server.lock'

/** The server's own; its lock on DATA_DIR holds for this as well. */
export function journalFolderIn(dataDir: string): string {
  return join(dataDir, 'journal')
}

export interface HeldFolder {
  path: string
  /** To be called when nothing is left in it to be stored; it stays where something was set aside. */
  remove(): void
  /** Leaves what is in it to the next server. */
  release(): void
}

/** For a command that serves beside a server. */
export function ownJournalFolder(dataDir: string): HeldFolder {
  const path = join(journalFolderIn(dataDir), `command-${Bun.randomUUIDv7()}`)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  return heldFolder(path)
}

/** Paths of what was set aside in all journals here. */
export function quarantinedIn(dataDir: string): string[] {
  const parent = journalFolderIn(dataDir)
  const names = existsSync(parent) ? readdirSync(parent, { recursive: true }).map(String) : []
  return names.filter(isQuarantined).sort()
}

/** Folders of commands that are gone without having emptied them. Those of running ones are left alone. */
export function* orphanedJournals(dataDir: string): Generator<HeldFolder> {
  const parent = journalFolderIn(dataDir)
  const names = existsSync(parent) ? readdirSync(parent) : []
  for (const name of names.filter((name) => OF_A_COMMAND.test(name))) {
    const held = heldUnlessInUse(join(parent, name))
    if (held !== null) yield held
  }
}

function heldUnlessInUse(path: string): HeldFolder | null {
  // Its command is just about to lock it.
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
