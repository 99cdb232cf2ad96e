/** Sees, from a connection of its own, that somebody is in the middle of writing to a database. */
import { Database } from 'bun:sqlite'
import { SQL } from 'bun'

/** Whether `work` was seen in the middle of its transaction; resolves at once then. */
export type SeesWriting = (work: Promise<unknown>) => Promise<boolean>

/** A transaction begins and ends within this many microtasks, in one turn of the event loop. */
const STEPS_OF_TRANSACTION = 1_000

export function watchSqlite(path: string): SeesWriting {
  return async () => {
    for (let step = 0; step < STEPS_OF_TRANSACTION; step++) {
      await Promise.resolve()
      if (isLocked(path)) return true
    }
    return false
  }
}

function isLocked(path: string): boolean {
  using other = new Database(path, { readwrite: true })
  try {
    other.run('BEGIN IMMEDIATE')
    other.run('ROLLBACK')
    return false
  } catch {
    return true
  }
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
