/** Sums of the ledger: whole days from the sums that are kept, the hours at either end from the records. */
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Dimension, UsageQuery, UsageSum } from '../../ports/usage-report.ts'
import type { Tables } from './schema.ts'
import { isoTime } from './values.ts'

const DAY_MS = 86_400_000

/** What is grouped by, and its name for people, looked up once the sums are there. */
const GROUPS: Record<Dimension, { column: string; label: string }> = {
  user: {
    column: 'user_id',
    label: `coalesce(users.username, 'user #' || sums.user_id)`,
  },
  key: {
    column: 'api_key_id',
    label: `coalesce(api_keys.name, 'key') || ' #' || sums.api_key_id`,
  },
  model: { column: 'model', label: 'sums.model' },
  upstream: {
    column: 'upstream',
    label: `case when sums.upstream = '' then '(none)' else sums.upstream end`,
  },
  day: { column: 'day', label: 'sums.day' },
  month: { column: 'substr(day, 1, 7)', label: 'sums.month' },
}

/** The sums' columns and what one record adds to each. */
const SUMS: Record<keyof Omit<UsageSum, 'group'>, { column: string; ofRecord: string }> = {
  requests: { column: 'requests', ofRecord: '1' },
  // A client that went away is no error.
  errors: {
    column: 'errors',
    ofRecord: `case when outcome in ('ok', 'aborted') then 0 else 1 end`,
  },
  promptTokens: { column: 'prompt_tokens', ofRecord: 'prompt_tokens' },
  completionTokens: { column: 'completion_tokens', ofRecord: 'completion_tokens' },
  totalTokens: { column: 'total_tokens', ofRecord: 'total_tokens' },
  cachedTokens: { column: 'cached_tokens', ofRecord: 'cached_tokens' },
  reasoningTokens: { column: 'reasoning_tokens', ofRecord: 'reasoning_tokens' },
  audioTokens: { column: 'audio_tokens', ofRecord: 'audio_tokens' },
  estimatedRequests: { column: 'estimated_requests', ofRecord: 'estimated' },
  unpricedRequests: {
    column: 'unpriced_requests',
    ofRecord: 'case when cost_usd is null then 1 else 0 end',
  },
  costUsd: { column: 'cost_usd', ofRecord: 'coalesce(cost_usd, 0)' },
}

type Row = Omit<UsageSum, 'group' | 'costUsd'> & { costUsd: number } & Partial<
    Record<Dimension, string>
  >

export async function summarizeUsage(db: Kysely<Tables>, query: UsageQuery): Promise<UsageSum[]> {
  const { by } = query
  const named = by.map((name) => `${GROUPS[name].label} as "${name}"`)
  const grouped = by.map((name) => `${GROUPS[name].column} as ${asName(name)}`)
  // As a double it is a number from every driver, and exact up to 2^53.
  const summed = Object.entries(SUMS).map(
    ([name, { column }]) => `cast(sum(${column}) as double precision) as "${name}"`,
  )
  const groups = by.map((_, at) => String(at + 1))
  const kept = Object.keys(SUMS).map((name) => `sums."${name}"`)
  const { rows } = await sql<Row>`
    select ${sql.raw([...named, ...kept].join(', '))}
    from (
      select ${sql.raw([...grouped, ...summed].join(', '))}
      from (${sql.join(partsOf(query), sql` union all `)}) as parts
      ${sql.raw(groups.length === 0 ? '' : `group by ${groups.join(', ')}`)}
    ) as sums
    ${sql.raw(by.includes('user') ? 'left join users on users.id = sums.user_id' : '')}
    ${sql.raw(by.includes('key') ? 'left join api_keys on api_keys.id = sums.api_key_id' : '')}
  `.execute(db)
  // Sorted here: databases differ in how they order texts.
  return rows
    .filter(({ requests }) => requests > 0)
    .map((row) => sumOf(by, row))
    .sort((one, other) => inOrder(by, one, other))
}

function asName(name: Dimension): string {
  return name === 'month' ? 'month' : GROUPS[name].column
}

function sumOf(by: readonly Dimension[], row: Row): UsageSum {
  const group = Object.fromEntries(by.map((name) => [name, row[name] ?? '']))
  const sums = Object.fromEntries(
    Object.keys(SUMS).map((name) => [name, row[name as keyof typeof SUMS]]),
  ) as Omit<UsageSum, 'group'>
  return { group, ...sums, costUsd: row.unpricedRequests === row.requests ? null : row.costUsd }
}

function inOrder(by: readonly Dimension[], one: UsageSum, other: UsageSum): number {
  for (const name of by) {
    const [a = '', b = ''] = [one.group[name], other.group[name]]
    if (a !== b) return a < b ? -1 : 1
  }
  return 0
}

/** Days that lie whole in what is asked for come from their sums, the rest from the records. */
function partsOf(query: UsageQuery): RawBuilder<unknown>[] {
  const { fromMs, untilMs } = query
  const firstDay = fromMs === null ? null : Math.ceil(fromMs / DAY_MS) * DAY_MS
  const endDay = untilMs === null ? null : Math.floor(untilMs / DAY_MS) * DAY_MS
  if (firstDay !== null && endDay !== null && firstDay > endDay)
    return [recordsPart(query, fromMs, untilMs)]
  return [
    dailyPart(query, firstDay, endDay),
    ...(firstDay === fromMs ? [] : [recordsPart(query, fromMs, firstDay)]),
    ...(endDay === untilMs ? [] : [recordsPart(query, endDay, untilMs)]),
  ]
}

function dailyPart(
  query: UsageQuery,
  fromMs: number | null,
  untilMs: number | null,
): RawBuilder<unknown> {
  const columns = Object.values(SUMS).map(({ column }) => column)
  return sql`select day, user_id, api_key_id, model, upstream, ${sql.raw(columns.join(', '))}
    from usage_daily ${where([
      fromMs === null ? null : sql`day >= ${isoTime(fromMs).slice(0, 10)}`,
      untilMs === null ? null : sql`day < ${isoTime(untilMs).slice(0, 10)}`,
      ...filters(query),
      query.upstream === null ? null : sql`upstream = ${query.upstream}`,
    ])}`
}

function recordsPart(
  query: UsageQuery,
  fromMs: number | null,
  untilMs: number | null,
): RawBuilder<unknown> {
  const columns = Object.values(SUMS).map(({ column, ofRecord }) => `${ofRecord} as ${column}`)
  return sql`select substr(started_at, 1, 10) as day, user_id, api_key_id, model,
      coalesce(upstream, '') as upstream,
      ${sql.raw(columns.join(', '))}
    from usage_records ${where([
      fromMs === null ? null : sql`started_at >= ${isoTime(fromMs)}`,
      untilMs === null ? null : sql`started_at < ${isoTime(untilMs)}`,
      ...filters(query),
      query.upstream === null ? null : sql`coalesce(upstream, '') = ${query.upstream}`,
    ])}`
}

function filters({ userId, apiKeyId, model }: UsageQuery): (RawBuilder<unknown> | null)[] {
  return [
    userId === null ? null : sql`user_id = ${userId}`,
    apiKeyId === null ? null : sql`api_key_id = ${apiKeyId}`,
    model === null ? null : sql`model = ${model}`,
  ]
}

function where(conditions: (RawBuilder<unknown> | null)[]): RawBuilder<unknown> {
  const given = conditions.filter((condition) => condition !== null)
  return given.length === 0 ? sql`` : sql`where ${sql.join(given, sql` and `)}`
}
