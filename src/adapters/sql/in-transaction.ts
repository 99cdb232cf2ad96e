/** Runs work in a transaction, reusing the current one if there is one. */
import type { Kysely, Transaction } from 'kysely'
import type { Tables } from './schema/schema.ts'

export function inTransaction<T>(
  db: Kysely<Tables>,
  work: (step: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  return db.isTransaction ? work(db as Transaction<Tables>) : db.transaction().execute(work)
}
