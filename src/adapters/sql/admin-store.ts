/** The write side of the store in SQL. */
import type { Kysely } from 'kysely'
import type { AdminStore } from '../../admin/store.ts'
import { oneAtATime } from '../../core/time/one-at-a-time.ts'
import type { PriceCatalogue } from '../../usage/price-catalogue.ts'
import { createKeyAdmin } from './accounts/api-keys.ts'
import { createKeyActivityRows } from './accounts/key-activity.ts'
import { createUpstreamAdmin } from './accounts/upstream-admin.ts'
import { createUserAdmin } from './accounts/users.ts'
import { createAuditLog } from './audit-log.ts'
import { createIdentityStore } from './identity/identity-store.ts'
import { inTransaction } from './in-transaction.ts'
import { createModelAdmin } from './models.ts'
import { createOperations } from './operations.ts'
import type { ReportProblems } from './problem-log.ts'
import { createQuotaAdmin } from './quota/quota-admin.ts'
import type { Tables } from './schema/schema.ts'
import { createSealedSecrets } from './sealed-secrets.ts'
import type { DialectWords } from './sql-dialect.ts'
import { createPriceAdmin } from './usage/price-rows.ts'
import { createUsageImport } from './usage/usage-import.ts'
import { summarizeUsage } from './usage/usage-reports.ts'

export interface AdminStoreOptions {
  report: ReportProblems
  /** Null: only an operator's own prices count. */
  prices: PriceCatalogue | null
}

export function createAdminStore(
  db: Kysely<Tables>,
  words: DialectWords,
  { report, prices }: AdminStoreOptions,
): AdminStore {
  const inTurn = oneAtATime()
  const change = <T>(work: (step: AdminStore) => Promise<T>): Promise<T> =>
    inTransaction(db, async (step) => {
      await words.oneChangeAtOnce?.execute(step)
      return work(createAdminStore(step, words, { report, prices }))
    })
  return {
    // A change that waits for another one of this process must not hold a connection, which reads need.
    transaction: (work) => (db.isTransaction ? change(work) : inTurn(() => change(work))),
    ...createUserAdmin(db, report),
    ...createKeyAdmin(db, report),
    ...createKeyActivityRows(db),
    ...createUpstreamAdmin(db, report),
    ...createSealedSecrets(db),
    ...createPriceAdmin(db),
    ...createModelAdmin(db, report),
    ...createQuotaAdmin(db, words),
    ...createAuditLog(db),
    ...createOperations(db),
    ...createIdentityStore(db),
    ...createUsageImport(db, words, prices),
    summarizeUsage: (query) => summarizeUsage(db, query),
  }
}
