/** Replaces the store with another SQLite file and keeps the old one under another name. */
import { Database } from 'bun:sqlite'
import { existsSync, linkSync, renameSync } from 'node:fs'

/** SQLite's own companion files, which it reads with whatever database file has that name. */
const PARTS = ['-wal', '-shm'] as const

/**
 * At every moment a complete store exists under its name, even if this is interrupted. Returns the path of the
 * old one, or null if there was none. The caller must hold the folder's lock.
 */
export function replaceStore(path: string, fresh: string, suffix: string): string | null {
  const aside = existsSync(path) ? `${path}.${suffix}` : null
  if (aside !== null) {
    emptyWriteAheadLog(path)
    linkSync(path, aside)
  }
  for (const part of PARTS)
    if (existsSync(path + part)) renameSync(path + part, (aside ?? `${path}.${suffix}`) + part)
  renameSync(fresh, path)
  return aside
}

/** Checkpoints the log into the file; the log of a damaged store is kept with it unchanged. */
function emptyWriteAheadLog(path: string): void {
  try {
    const database = new Database(path, { readwrite: true, create: false })
    database.run('PRAGMA wal_checkpoint(TRUNCATE)')
    database.close()
  } catch {
    // Damage is a reason to restore; the old store is only moved.
  }
}
