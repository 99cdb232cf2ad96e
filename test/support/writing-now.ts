/** Detects, from its own connection, that another one is writing to a database. */
import { Database } from 'bun:sqlite'
import { SQL } from 'bun'

/** Whether `work` was seen in the middle of its transaction; resolves at once then. */
export type SeesWriting = (work: Promise<unknown>) => Promise<boolean>

/** Tries in one go, so that a transaction in another thread can hardly begin and end in between. */
const TRIES_A_TURN = 50

export function watchSqlite(path: string): SeesWriting {
  return async (work) => {
    using other = new Database(path, { readwrite: true })
    other.run('PRAGMA busy_timeout=0')
    let done = false
    void work.finally(() => {
      done = true
    })
    while (!done) {
      for (let tries = 0; tries < TRIES_A_TURN; tries++) if (isLocked(other)) return true
      await new Promise((resolve) => setImmediate(resolve))
    }
    return false
  }
}

function isLocked(other: Database): boolean {
  try {
    other.run('BEGIN IMMEDIATE')
  } catch {
    return true
  }
  other.run('ROLLBACK')
  return false
}

/** Who has written something has a number for its transaction. */
const WRITERS = `SELECT count(*) AS writers FROM pg_stat_activity
  WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()`

export function watchPostgres(url: string): SeesWriting {
  const asking = new SQL({ url, max: 1 })
  return async (work) => {
    let done = false
    void work.finally(() => {
      done = true
    })
    while (!done) {
      const [row] = (await asking.unsafe(WRITERS)) as { writers: string }[]
      if (Number(row?.writers) > 0) return true
    }
    return false
  }
}
