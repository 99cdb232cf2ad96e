/** The writing side of the store in SQL. */
import type { Kysely } from 'kysely'
import type { AdminStore } from '../../admin/store.ts'
import { isoTime } from '../../core/iso-time.ts'
import { createAccountAdmin } from './accounts/account-admin.ts'
import { createUpstreamAdmin } from './accounts/upstream-admin.ts'
import type { ReportProblems } from './problem-log.ts'
import { createQuotaAdmin } from './quota/quota-admin.ts'
import type { Tables } from './schema/schema.ts'
import type { DialectWords } from './sql-dialect.ts'
import { createPriceAdmin } from './usage/price-rows.ts'
import { summarizeUsage } from './usage/usage-reports.ts'

export function createAdminStore(
  db: Kysely<Tables>,
  words: DialectWords,
  report: ReportProblems,
): AdminStore {
  return {
    ...createAccountAdmin(db, report),
    ...createUpstreamAdmin(db, report),
    ...createPriceAdmin(db),
    ...createQuotaAdmin(db, words),
    summarizeUsage: (query) => summarizeUsage(db, query),
    async audit({ actor, action, subject, atMs }) {
      await db
        .insertInto('audit_log')
        .values({ actor, action, subject, at: isoTime(atMs) })
        .execute()
    },
  }
}
