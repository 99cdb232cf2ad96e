/** How the connection that changes partitions waits for locks: briefly and repeatedly, so that nobody waits for it. */
import type { Client } from 'pg'

/** While a lock is waited for, statements that come later wait as well. */
const LOCK_MS = 200
const PAUSE_MS = 500
const TRIES = 10

/** Any numbers that nothing else in the database locks by. */
const TENDING = 7_246_893_150_419
/** Held by each instance that can store into partitions, for as long as it runs. */
export const PRESENT = 7_246_893_150_420

/** A gateway that vanishes inside a transaction would keep the whole table locked until TCP notices, after hours. */
const IDLE_MS = 5_000

/** Prepares the connection. False if another instance is at the same work. */
export async function beginTending(client: Client): Promise<boolean> {
  // A limit that the operator has set for the role or the database would end each reading of the whole table.
  await client.query('set statement_timeout = 0')
  await client.query(`set lock_timeout = ${LOCK_MS}`)
  await client.query(`set idle_in_transaction_session_timeout = ${IDLE_MS}`)
  const { rows } = await client.query(`select pg_try_advisory_lock(${TENDING}) as is_mine`)
  return rows[0]?.is_mine === true
}

/** Runs `work` in a transaction; again, with a pause, if a lock was not free. False if it never was. */
export async function whenFree(client: Client, work: () => Promise<void>): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries++) {
    if (tries > 0) await Bun.sleep(PAUSE_MS)
    await client.query('begin')
    try {
      await work()
      await client.query('commit')
      return true
    } catch (error) {
      await client.query('rollback')
      if (!isBusy(error)) throw error
    }
  }
  return false
}

/** A lock was not free in time, or two waited for each other. */
function isBusy(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === '55P03' || code === '40P01'
}
