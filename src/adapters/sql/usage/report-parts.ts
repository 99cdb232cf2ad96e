/** Chooses a report's sources: the coarsest sufficient rollups, and finer ones for the rest at either end. */
import { type RawBuilder, sql } from 'kysely'
import { isoTime } from '../../../core/time/iso-time.ts'
import { bySummedField, summedColumn } from '../../../core/units/summed-fields.ts'
import type { UsageQuery, UsageSum } from '../../../usage/report.ts'

const DAY_MS = 86_400_000

/** The rollup columns and what one record adds to each. */
export const SUMS: Record<keyof Omit<UsageSum, 'group'>, { column: string; ofRecord: string }> = {
  requests: { column: 'requests', ofRecord: '1' },
  // A client disconnect is not an error.
  errors: {
    column: 'errors',
    ofRecord: `case when outcome in ('ok', 'aborted') then 0 else 1 end`,
  },
  ...bySummedField((field) => {
    const column = summedColumn(field)
    return { column, ofRecord: column }
  }),
  estimatedRequests: { column: 'estimated_requests', ofRecord: 'estimated' },
  unpricedRequests: {
    column: 'unpriced_requests',
    ofRecord: 'case when cost_usd is null then 1 else 0 end',
  },
  costUsd: { column: 'cost_usd', ofRecord: 'coalesce(cost_usd, 0)' },
}

/** The columns of every part, in this order: UNION matches them by position. */
const GROUPS = ['month', 'day', 'user_id', 'api_key_id', 'model', 'upstream'] as const
type Group = (typeof GROUPS)[number]

/** From coarsest to finest; null for a column the source does not distinguish. */
interface Source {
  table: string
  groups: Readonly<Record<Group, string | null>>
  sums: readonly string[]
  /** The format of a period in the column that selects it. */
  period: {
    column: string
    name(ms: number): string
    floor(ms: number): number
    ceil(ms: number): number
  }
}

const columns = Object.values(SUMS).map(({ column }) => column)
const wholeDays = {
  column: 'day',
  name: (ms: number) => isoTime(ms).slice(0, 10),
  floor: (ms: number) => Math.floor(ms / DAY_MS) * DAY_MS,
  ceil: (ms: number) => Math.ceil(ms / DAY_MS) * DAY_MS,
}
const own = { user_id: 'user_id', api_key_id: 'api_key_id', model: 'model', upstream: 'upstream' }

const BY_MONTH: Source = {
  table: 'usage_by_month',
  groups: { ...own, month: 'month', day: null },
  sums: columns,
  period: {
    column: 'month',
    name: (ms) => isoTime(ms).slice(0, 7),
    floor: (ms) => monthStart(ms, 0),
    ceil: (ms) => (monthStart(ms, 0) === ms ? ms : monthStart(ms, 1)),
  },
}
const BY_DAY: Source = {
  table: 'usage_by_day',
  groups: { ...own, month: 'substr(day, 1, 7)', day: 'day', user_id: null, api_key_id: null },
  sums: columns,
  period: wholeDays,
}
const BY_USER: Source = {
  table: 'usage_by_user',
  groups: {
    month: 'substr(day, 1, 7)',
    day: 'day',
    user_id: 'user_id',
    api_key_id: null,
    model: null,
    upstream: null,
  },
  sums: columns,
  period: wholeDays,
}
const DAILY: Source = {
  table: 'usage_daily',
  groups: { ...own, month: 'substr(day, 1, 7)', day: 'day' },
  sums: columns,
  period: wholeDays,
}
const RECORDS: Source = {
  table: 'usage_records',
  groups: {
    ...own,
    month: 'substr(started_at, 1, 7)',
    day: 'substr(started_at, 1, 10)',
    upstream: "coalesce(upstream, '')",
  },
  sums: Object.values(SUMS).map(({ column, ofRecord }) => `${ofRecord} as ${column}`),
  period: { column: 'started_at', name: isoTime, floor: (ms) => ms, ceil: (ms) => ms },
}

export interface Parts {
  selects: RawBuilder<unknown>[]
  /** The rows need no summing if each is a report line: summing 73,000 single rows takes PostgreSQL 70 ms. */
  isSummed: boolean
}

export function reportParts(query: UsageQuery): Parts {
  const needed = neededGroups(query)
  const distinguishesAll = ({ groups }: Source) =>
    [...needed].every((group) => groups[group] !== null)
  const sources = [BY_MONTH, BY_DAY, BY_USER, DAILY, RECORDS].filter(distinguishesAll)
  const parts = covered(sources, query, needed, query)
  const [only] = parts
  return {
    selects: parts.map(({ select }) => select),
    isSummed: parts.length === 1 && only !== undefined && isKey(groupedBy(query), only.source),
  }
}

/** A rollup table has one row per group; records have many. */
function isKey(grouped: ReadonlySet<Group>, source: Source): boolean {
  if (source === RECORDS) return false
  return GROUPS.every((group) => source.groups[group] !== group || grouped.has(group))
}

function groupedBy({ by }: UsageQuery): Set<Group> {
  return new Set(
    by.map((name) => (name === 'user' ? 'user_id' : name === 'key' ? 'api_key_id' : name)),
  )
}

/** The columns to group or filter by; months are derived from days if necessary. */
function neededGroups(query: UsageQuery): Set<Group> {
  const { userId, apiKeyId, model, upstream } = query
  const needed = groupedBy(query)
  if (userId !== null) needed.add('user_id')
  if (apiKeyId !== null) needed.add('api_key_id')
  if (model !== null) needed.add('model')
  if (upstream !== null) needed.add('upstream')
  return needed
}

interface Part {
  source: Source
  select: RawBuilder<unknown>
}

interface TimeRange {
  fromMs: number | null
  untilMs: number | null
}

/** The first source covers its whole periods, finer ones what remains before and after. */
function covered(
  [source, ...finer]: readonly Source[],
  query: UsageQuery,
  needed: ReadonlySet<Group>,
  { fromMs, untilMs }: TimeRange,
): Part[] {
  if (source === undefined) return []
  const first = fromMs === null ? null : source.period.ceil(fromMs)
  const end = untilMs === null ? null : source.period.floor(untilMs)
  const rest = (from: number | null, until: number | null) =>
    covered(finer, query, needed, { fromMs: from, untilMs: until })
  // No whole period fits in between: only the finest source takes an empty range.
  if (first !== null && end !== null && first >= end && finer.length > 0)
    return rest(fromMs, untilMs)
  return [
    { source, select: part(source, query, needed, { fromMs: first, untilMs: end }) },
    ...(first === fromMs ? [] : rest(fromMs, first)),
    ...(end === untilMs ? [] : rest(end, untilMs)),
  ]
}

function part(
  { table, groups, sums, period }: Source,
  query: UsageQuery,
  needed: ReadonlySet<Group>,
  { fromMs, untilMs }: TimeRange,
): RawBuilder<unknown> {
  const asked = GROUPS.filter((group) => needed.has(group))
  const selected = [...asked.map((group) => `${groups[group]} as ${group}`), ...sums]
  const { userId, apiKeyId, model, upstream } = query
  const column = sql.raw(period.column)
  const conditions = [
    fromMs === null ? null : sql`${column} >= ${period.name(fromMs)}`,
    untilMs === null ? null : sql`${column} < ${period.name(untilMs)}`,
    userId === null ? null : sql`user_id = ${userId}`,
    apiKeyId === null ? null : sql`api_key_id = ${apiKeyId}`,
    model === null ? null : sql`model = ${model}`,
    upstream === null ? null : sql`${sql.raw(groups.upstream ?? '')} = ${upstream}`,
  ].filter((condition) => condition !== null)
  const where = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`
  return sql`select ${sql.raw(selected.join(', '))} from ${sql.raw(table)} ${where}`
}

function monthStart(ms: number, ahead: number): number {
  const date = new Date(ms)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + ahead, 1)
}
