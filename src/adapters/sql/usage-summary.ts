/** Sums of the usage ledger by user, key, model, day or upstream. */
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { UsageQuery, UsageSummary } from '../../ports/admin-store.ts'
import type { Tables } from './schema.ts'
import { isoTime } from './values.ts'

const GROUPS: Record<UsageQuery['groupBy'], RawBuilder<string>> = {
  user: sql`coalesce(users.username, 'user #' || usage_records.user_id)`,
  key: sql`coalesce(api_keys.name, 'key') || ' #' || usage_records.api_key_id`,
  model: sql`usage_records.model`,
  day: sql`substr(usage_records.started_at, 1, 10)`,
  upstream: sql`coalesce(usage_records.upstream, '(none)')`,
}

export async function summarizeUsage(
  db: Kysely<Tables>,
  query: UsageQuery,
): Promise<UsageSummary[]> {
  const group = GROUPS[query.groupBy]
  let select = db
    .selectFrom('usage_records')
    .leftJoin('users', 'users.id', 'usage_records.user_id')
    .leftJoin('api_keys', 'api_keys.id', 'usage_records.api_key_id')
    .select([
      group.as('group'),
      sql<number>`count(*)`.as('requests'),
      // A client that went away is no error.
      sql<number>`sum(case when outcome in ('ok', 'aborted') then 0 else 1 end)`.as('errors'),
      sql<number>`sum(prompt_tokens)`.as('promptTokens'),
      sql<number>`sum(completion_tokens)`.as('completionTokens'),
      sql<number>`sum(total_tokens)`.as('totalTokens'),
    ])
    .groupBy(group)
    .orderBy(group)
  if (query.sinceMs !== null) select = select.where('started_at', '>=', isoTime(query.sinceMs))
  if (query.untilMs !== null) select = select.where('started_at', '<', isoTime(query.untilMs))
  return select.execute()
}
