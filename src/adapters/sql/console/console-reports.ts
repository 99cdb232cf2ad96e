/** The console's usage queries in SQL, each answered from rollups or an index. */
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { isoTime } from '../../../core/time/iso-time.ts'
import { byTokenField, SUMMED_TOKEN_FIELDS, tokenColumn } from '../../../core/token-kinds.ts'
import type {
  BucketQuery,
  BucketSum,
  ConsoleReports,
  ReportGroup,
  TimeRange,
  UsageFilter,
} from '../../../usage/console-reports.ts'
import type { BucketCount } from '../../../usage/latency.ts'
import type { PriceCatalogue } from '../../../usage/price-catalogue.ts'
import type { Tables } from '../schema/schema.ts'
import { DAY_MS } from '../usage/day-sums.ts'
import { slotText } from '../usage/usage-sums.ts'
import { readRequest, readRequests } from './request-list.ts'

const COLUMNS: Record<ReportGroup, string> = {
  user: 'cast(user_id as text)',
  key: 'cast(api_key_id as text)',
  model: 'model',
  upstream: 'upstream',
}

const FIGURES: Record<Exclude<keyof BucketSum, 'bucket' | 'group'>, string> = {
  requests: 'requests',
  errors: 'errors',
  ...byTokenField(SUMMED_TOKEN_FIELDS, tokenColumn),
  estimatedRequests: 'estimated_requests',
  unpricedRequests: 'unpriced_requests',
  costUsd: 'cost_usd',
}

export function createConsoleReports(
  db: Kysely<Tables>,
  catalogue: PriceCatalogue | null,
): ConsoleReports {
  return {
    sums: (query) => readSums(db, query),
    latency: (range) => readLatency(db, range),
    overhead: (range) => readOverhead(db, range),
    requests: (query) => readRequests(db, query),
    request: (requestId) => readRequest(db, catalogue, requestId),
    names: (kind, ids) => readNames(db, kind, ids),
    async firstRecordMs() {
      const row = await db
        .selectFrom('usage_slots')
        .select('slot')
        .orderBy('slot')
        .limit(1)
        .executeTakeFirst()
      return row === undefined ? null : Date.parse(`${row.slot}:00Z`)
    },
    async publishedRates(asked) {
      await catalogue?.load()
      return asked.map(({ source, model }) => catalogue?.ratesOf(source, model, Date.now()) ?? null)
    },
  }
}

async function readSums(db: Kysely<Tables>, query: BucketQuery): Promise<BucketSum[]> {
  const { buckets, by } = query
  if (buckets.length === 0) return []
  // Whole UTC days are already summed in a much smaller table.
  const isDaily = buckets.every(
    ({ fromMs, untilMs }) => (fromMs % DAY_MS) + (untilMs % DAY_MS) === 0,
  )
  const [table, period] = isDaily ? ['usage_daily', 'day'] : ['usage_slots', 'slot']
  const text = (ms: number) => (isDaily ? isoTime(ms).slice(0, 'yyyy-mm-dd'.length) : slotText(ms))
  const values = buckets.map(
    ({ fromMs, untilMs }, at) =>
      sql`(${sql.raw(String(at))}, cast(${text(fromMs)} as text), cast(${text(untilMs)} as text))`,
  )
  const groups = by.map((name, at) => `${COLUMNS[name]} as g${at}`)
  const sums = Object.entries(FIGURES).map(
    ([name, column]) => `sum(cast(${column} as double precision)) as "${name}"`,
  )
  const selected = ['buckets.bucket', ...groups, ...sums].join(', ')
  const grouped = ['buckets.bucket', ...by.map((_, at) => `g${at}`)].join(', ')
  const { rows } = await sql<Record<string, unknown>>`
    with buckets(bucket, start_at, until_at) as (values ${sql.join(values)})
    select ${sql.raw(selected)} from buckets
    join ${sql.table(table)} on ${sql.ref(period)} >= start_at and ${sql.ref(period)} < until_at
    where ${conditions(query)}
    group by ${sql.raw(grouped)}`.execute(db)
  return rows.map((row) => ({
    ...(Object.fromEntries(
      Object.keys(FIGURES).map((name) => [name, Number(row[name] ?? 0)]),
    ) as Omit<BucketSum, 'bucket' | 'group'>),
    bucket: Number(row.bucket),
    group: by.map((_, at) => String(row[`g${at}`])),
  }))
}

function conditions({ userId, apiKeyId, model, upstream }: UsageFilter): RawBuilder<boolean> {
  const given = [
    userId === null ? null : sql<boolean>`user_id = ${userId}`,
    apiKeyId === null ? null : sql<boolean>`api_key_id = ${apiKeyId}`,
    model === null ? null : sql<boolean>`model = ${model}`,
    upstream === null ? null : sql<boolean>`upstream = ${upstream}`,
  ].filter((condition) => condition !== null)
  return given.length === 0 ? sql<boolean>`1 = 1` : sql.join(given, sql` and `)
}

async function readLatency(
  db: Kysely<Tables>,
  { fromMs, untilMs }: TimeRange,
): Promise<(BucketCount & { upstream: string })[]> {
  const rows = await db
    .selectFrom('usage_latency')
    .select(['upstream', 'bucket', sql<number>`sum(requests)`.as('requests')])
    .where('slot', '>=', slotText(fromMs))
    .where('slot', '<', slotText(untilMs))
    .groupBy(['upstream', 'bucket'])
    .execute()
  return rows.map((row) => ({ ...row, requests: Number(row.requests) }))
}

async function readOverhead(
  db: Kysely<Tables>,
  { fromMs, untilMs }: TimeRange,
): Promise<BucketCount[]> {
  const rows = await db
    .selectFrom('usage_overhead')
    .select(['bucket', sql<number>`sum(requests)`.as('requests')])
    .where('slot', '>=', slotText(fromMs))
    .where('slot', '<', slotText(untilMs))
    .groupBy('bucket')
    .execute()
  return rows.map(({ bucket, requests }) => ({ bucket, requests: Number(requests) }))
}

async function readNames(
  db: Kysely<Tables>,
  kind: 'user' | 'key',
  ids: readonly number[],
): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map()
  const [table, column] = kind === 'user' ? ['users', 'username'] : ['api_keys', 'name']
  const among = sql.join(ids.map((id) => sql`${id}`))
  const { rows } = await sql<{ id: number; name: string }>`
    select id, name from past_names where kind = ${kind} and id in (${among})
    union all select id, ${sql.ref(column)} as name from ${sql.table(table)} where id in (${among})
  `.execute(db)
  // Existing rows come last, so they override the past names.
  return new Map(rows.map(({ id, name }) => [Number(id), name]))
}
