/** Usage records that another program made. */
import { type Kysely, sql } from 'kysely'
import type { AdminStore } from '../../../admin/store.ts'
import type { PriceCatalogue } from '../../../usage/price-catalogue.ts'
import type { Tables } from '../schema/schema.ts'
import type { DialectWords } from '../sql-dialect.ts'
import { createUsageStore } from './usage-store.ts'

/** No instance has this id: imported records hold no lease. */
const INSTANCE = 'import'
/** Records in one statement. */
const AT_ONCE = 500

export function createUsageImport(
  db: Kysely<Tables>,
  { runBulk }: Pick<DialectWords, 'runBulk'>,
  catalogue: PriceCatalogue | null,
): Pick<AdminStore, 'importUsage' | 'importedUsage'> {
  const usage = createUsageStore({ db, runBulk, catalogue })
  return {
    async importUsage(records) {
      let stored = 0
      for (let at = 0; at < records.length; at += AT_ONCE)
        stored += await usage.settle(records.slice(at, at + AT_ONCE), INSTANCE)
      return stored
    },
    async importedUsage(idsBeginWith) {
      const { rows } = await sql<Record<string, unknown>>`
        select user_id, substr(started_at, 1, 10) as period, sum(prompt_tokens) as prompt,
          sum(completion_tokens) as completion, sum(total_tokens) as total
        from usage_records
        where substr(request_id, 1, ${sql.lit(idsBeginWith.length)}) = ${idsBeginWith}
        group by user_id, substr(started_at, 1, 10)`.execute(db)
      return rows.map(({ user_id, period, prompt, completion, total }) => ({
        userId: String(user_id),
        period: String(period),
        promptTokens: Number(prompt),
        completionTokens: Number(completion),
        totalTokens: Number(total),
      }))
    },
  }
}
