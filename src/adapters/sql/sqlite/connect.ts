/** Opens a connection to the SQLite file with our standard settings. */
import { Database } from 'bun:sqlite'
import { explainSqliteError } from '../store-error.ts'

/** How long to wait for another process's lock. */
export const BUSY_TIMEOUT_MS = 5_000

/** Opens an existing file in WAL mode. Throws StoreError, or SQLite's own error. */
export async function connectSqlite(path: string): Promise<Database> {
  const database = new Database(path, { readwrite: true, create: true })
  try {
    database.run(`PRAGMA busy_timeout=${BUSY_TIMEOUT_MS}`)
    await useWriteAheadLog(database)
    database.run('PRAGMA synchronous=NORMAL')
    database.run('PRAGMA foreign_keys=ON')
    return database
  } catch (error) {
    database.close()
    throw explainSqliteError(error, path)
  }
}

/** SQLite's busy timeout does not cover the switch to WAL, which two first starts may both attempt. */
async function useWriteAheadLog(database: Database): Promise<void> {
  const deadlineMs = performance.now() + BUSY_TIMEOUT_MS
  for (;;) {
    try {
      database.run('PRAGMA journal_mode=WAL')
      return
    } catch (error) {
      const busy = error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY'
      if (!busy || performance.now() > deadlineMs) throw error
      await Bun.sleep(10 + Math.random() * 20)
    }
  }
}
