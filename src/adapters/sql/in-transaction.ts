/** Work that has to be one transaction, also where it is already a part of one. */
import type { Kysely, Transaction } from 'kysely'
import type { Tables } from './schema/schema.ts'

export function inTransaction<T>(
  db: Kysely<Tables>,
  work: (step: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  return db.isTransaction ? work(db as Transaction<Tables>) : db.transaction().execute(work)
}
