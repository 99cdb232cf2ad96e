/** The writing side of the store in SQL. */
import type { Kysely } from 'kysely'
import { isoTime } from '../../core/iso-time.ts'
import type { AdminStore } from '../../ports/admin-store.ts'
import { createAccountAdmin } from './account-admin.ts'
import type { DialectWords } from './dialect-words.ts'
import { createPriceAdmin } from './price-rows.ts'
import type { ReportProblems } from './problem-log.ts'
import { createQuotaAdmin } from './quota-admin.ts'
import type { Tables } from './schema.ts'
import { createUpstreamAdmin } from './upstream-admin.ts'
import { summarizeUsage } from './usage-reports.ts'

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
