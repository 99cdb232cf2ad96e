/** The console's usage queries in SQL, each answered from rollups or an index. */
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { isoTime } from '../../../core/time/iso-time.ts'
import { bySummedField, summedColumn } from '../../../core/units/summed-fields.ts'
import type {
  AttemptCount,
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
import type { DialectWords } from '../sql-dialect.ts'
import { DAY_MS } from '../usage/day-sums.ts'
import { slotText } from '../usage/usage-sums.ts'
import { findRequest, readRequests } from './request-list.ts'

const COLUMNS: Record<ReportGroup, string> = {
  user: 'cast(user_id as text)',
  key: 'cast(api_key_id as text)',
  model: 'model',
  upstream: 'upstream',
}

const FIGURES: Record<Exclude<keyof BucketSum, 'bucket' | 'group'>, string> = {
  requests: 'requests',
  errors: 'errors',
  ...bySummedField(summedColumn),
  estimatedRequests: 'estimated_requests',
  unpricedRequests: 'unpriced_requests',
  costUsd: 'cost_usd',
}

type RangeWords = Pick<DialectWords, 'joinInRange'>

export function createConsoleReports(
  db: Kysely<Tables>,
  words: RangeWords,
  catalogue: PriceCatalogue | null,
): ConsoleReports {
  return {
    sums: (query) => readSums(db, words, query),
    latency: (range) => readLatency(db, range),
    firstToken: (range) => readTimes(db, 'usage_first_token', range),
    overhead: (range) => readTimes(db, 'usage_overhead', range),
    attempts: (range) => readAttempts(db, range),
    requests: (query) => readRequests(db, query),
    request: (requestId) => findRequest(db, catalogue, requestId),
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

/** What a table sums, and the pieces of the buckets that are read from it. */
interface Source {
  table: string
  period: 'day' | 'slot'
  text(ms: number): string
  pieces: readonly (TimeRange & { bucket: number })[]
}

async function readSums(
  db: Kysely<Tables>,
  words: RangeWords,
  query: BucketQuery,
): Promise<BucketSum[]> {
  const sources = sourcesOf(query).filter(({ pieces }) => pieces.length > 0)
  const found = await Promise.all(sources.map((source) => readSource({ db, words }, query, source)))
  return found.length === 1 ? (found[0] ?? []) : merged(found.flat())
}

/** Whole UTC days are already summed in much smaller tables; half hours are read only for the rest. */
function sourcesOf(query: BucketQuery): Source[] {
  const pieces = query.buckets.map(({ fromMs, untilMs }, bucket) => {
    const firstMs = Math.ceil(fromMs / DAY_MS) * DAY_MS
    const endMs = Math.floor(untilMs / DAY_MS) * DAY_MS
    if (firstMs >= endMs) return { bucket, days: [], slots: [{ fromMs, untilMs }] }
    const around = [
      { fromMs, untilMs: firstMs },
      { fromMs: endMs, untilMs },
    ]
    return {
      bucket,
      days: [{ fromMs: firstMs, untilMs: endMs }],
      slots: around.filter((range) => range.fromMs < range.untilMs),
    }
  })
  const of = (kind: 'days' | 'slots') =>
    pieces.flatMap((piece) => piece[kind].map((range) => ({ ...range, bucket: piece.bucket })))
  return [
    { table: dayTableOf(query), period: 'day', text: dayText, pieces: of('days') },
    { table: slotTableOf(query), period: 'slot', text: slotText, pieces: of('slots') },
  ]
}

/** The smallest table that tells apart what is asked for. */
function dayTableOf({ by, userId, apiKeyId, model, upstream }: BucketQuery): string {
  const needsUser = userId !== null || by.includes('user')
  const needsKey = apiKeyId !== null || by.includes('key')
  if (!needsUser && !needsKey) return 'usage_by_day'
  const needsMore =
    needsKey ||
    model !== null ||
    upstream !== null ||
    by.includes('model') ||
    by.includes('upstream')
  return needsMore ? 'usage_daily' : 'usage_by_user'
}

function slotTableOf(query: BucketQuery): string {
  return dayTableOf(query) === 'usage_by_day' ? 'usage_by_slot' : 'usage_slots'
}

function dayText(ms: number): string {
  return isoTime(ms).slice(0, 'yyyy-mm-dd'.length)
}

async function readSource(
  { db, words }: { db: Kysely<Tables>; words: RangeWords },
  query: BucketQuery,
  { table, period, text, pieces }: Source,
): Promise<BucketSum[]> {
  const { by } = query
  const values = pieces.map(
    ({ fromMs, untilMs, bucket }) =>
      sql`(${sql.raw(String(bucket))}, cast(${text(fromMs)} as text), cast(${text(untilMs)} as text))`,
  )
  const groups = by.map((name, at) => `${COLUMNS[name]} as g${at}`)
  const sums = Object.entries(FIGURES).map(
    ([name, column]) => `sum(cast(${column} as double precision)) as "${name}"`,
  )
  const selected = ['buckets.bucket', ...groups, ...sums].join(', ')
  const grouped = ['buckets.bucket', ...by.map((_, at) => `g${at}`)].join(', ')
  const at = sql.ref(period)
  const inRange = sql`${at} >= start_at and ${at} < until_at and ${conditions(query)}`
  const { rows } = await sql<Record<string, unknown>>`
    with buckets(bucket, start_at, until_at) as (values ${sql.join(values)})
    select ${sql.raw(selected)} from buckets
    ${words.joinInRange(table, inRange)}
    group by ${sql.raw(grouped)}`.execute(db)
  return rows.map((row) => ({
    ...figuresOf((name) => Number(row[name] ?? 0)),
    bucket: Number(row.bucket),
    group: by.map((_, at) => String(row[`g${at}`])),
  }))
}

type Figures = Omit<BucketSum, 'bucket' | 'group'>

function figuresOf(give: (name: keyof Figures) => number): Figures {
  const names = Object.keys(FIGURES) as (keyof Figures)[]
  return Object.fromEntries(names.map((name) => [name, give(name)])) as unknown as Figures
}

/** One sum for each bucket and group. */
function merged(sums: readonly BucketSum[]): BucketSum[] {
  const byKey = new Map<string, BucketSum>()
  for (const sum of sums) {
    const key = JSON.stringify([sum.bucket, sum.group])
    const known = byKey.get(key)
    const total =
      known === undefined ? sum : { ...known, ...figuresOf((name) => known[name] + sum[name]) }
    byKey.set(key, total)
  }
  return [...byKey.values()]
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

async function readTimes(
  db: Kysely<Tables>,
  table: 'usage_first_token' | 'usage_overhead',
  { fromMs, untilMs }: TimeRange,
): Promise<BucketCount[]> {
  const rows = await db
    .selectFrom(table)
    .select(['bucket', sql<number>`sum(requests)`.as('requests')])
    .where('slot', '>=', slotText(fromMs))
    .where('slot', '<', slotText(untilMs))
    .groupBy('bucket')
    .execute()
  return rows.map(({ bucket, requests }) => ({ bucket, requests: Number(requests) }))
}

async function readAttempts(
  db: Kysely<Tables>,
  { fromMs, untilMs }: TimeRange,
): Promise<Map<number, AttemptCount>> {
  const rows = await db
    .selectFrom('usage_attempts')
    .select([
      'upstream_key_id',
      sql<number>`sum(attempts)`.as('attempts'),
      sql<number>`sum(failures)`.as('failures'),
    ])
    .where('slot', '>=', slotText(fromMs))
    .where('slot', '<', slotText(untilMs))
    .groupBy('upstream_key_id')
    .execute()
  return new Map(
    rows.map(({ upstream_key_id, attempts, failures }) => [
      upstream_key_id,
      { attempts: Number(attempts), failures: Number(failures) },
    ]),
  )
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
