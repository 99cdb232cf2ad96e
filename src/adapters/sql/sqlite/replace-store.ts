/** Puts another SQLite file in the place of the store; the old one stays beside it. */
import { Database } from 'bun:sqlite'
import { existsSync, linkSync, renameSync } from 'node:fs'

/** Of these, SQLite itself makes the last two, and reads them with whatever file has the name before them. */
const PARTS = ['-wal', '-shm'] as const

/**
 * At every moment there is a whole store under its name, whenever this is cut off. Returns where the
 * old one is now; null where there was none. To be called under the folder's lock.
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

/** What is in the log goes into the file; the log of a damaged store is moved beside it as it is. */
function emptyWriteAheadLog(path: string): void {
  try {
    const database = new Database(path, { readwrite: true, create: false })
    database.run('PRAGMA wal_checkpoint(TRUNCATE)')
    database.close()
  } catch {
    // Damaged is a reason to restore; the old store is only put aside.
  }
}
