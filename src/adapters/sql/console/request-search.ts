/**
 * A page of requests, the newest first, read in a bounded time: rows are read step by step, and if the time is up
 * before the page is full, the result says up to where was searched.
 */
import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import { isoTime } from '../../../core/time/iso-time.ts'
import type { RequestQuery, TimeRange } from '../../../usage/console-reports.ts'
import type { Tables, UsageRecordsTable } from '../schema/schema.ts'
import { DAY_MS, SLOT_MS } from '../usage/day-sums.ts'
import { slotText } from '../usage/usage-sums.ts'

export type RequestRow = Selectable<UsageRecordsTable>

export interface FoundRows {
  rows: RequestRow[]
  /** Null if the page is full or nothing is left to search. */
  searchedUntilMs: number | null
}

export interface SearchBounds {
  timeMs: number
  /** Rows read at once; of `usage_records_unusual`, whose entries hold all that is filtered by. */
  rows: number
  unusualRows: number
}

/** A page has 300 ms; names, and a step that has just begun, take the rest. */
const BOUNDS: SearchBounds = { timeMs: 120, rows: 2_000, unusualRows: 50_000 }

export async function searchRequests(
  db: Kysely<Tables>,
  query: RequestQuery,
  bounds = BOUNDS,
): Promise<FoundRows> {
  const endMs = performance.now() + bounds.timeMs
  const found: RequestRow[] = []
  const range = { fromMs: query.fromMs, untilMs: Math.min(query.untilMs, endOf(query.after)) }
  for await (const { fromMs, untilMs } of rangesWithMatches(db, query, range)) {
    let untilStepMs = untilMs
    while (untilStepMs > fromMs) {
      const step = { fromMs: await stepStart(db, query, { fromMs, untilMs: untilStepMs }, bounds) }
      const rows = await readStep(db, query, {
        ...step,
        untilMs: untilStepMs,
        limit: query.limit - found.length,
      })
      found.push(...rows)
      if (found.length >= query.limit) return { rows: found, searchedUntilMs: null }
      untilStepMs = step.fromMs
      if (performance.now() >= endMs && untilStepMs > query.fromMs)
        return { rows: found, searchedUntilMs: untilStepMs }
    }
  }
  return { rows: found, searchedUntilMs: null }
}

/** Other requests may have the time of the last one; there are none if a search ended at this time. */
function endOf(after: RequestQuery['after']): number {
  if (after === null) return Infinity
  return Date.parse(after.startedAt) + (after.requestId === '' ? 0 : 1)
}

/** Where the totals name requests that may match: a rare model is in few half hours. The newest first. */
async function* rangesWithMatches(
  db: Kysely<Tables>,
  query: RequestQuery,
  range: TimeRange,
): AsyncGenerator<TimeRange> {
  const { apiKeyId, model, upstream } = query
  if (isUnusual(query) || (apiKeyId === null && model === null && upstream === null)) {
    yield range
    return
  }
  for (const day of await daysWithMatches(db, query, range))
    for (const half of await halfHoursWithMatches(db, query, day)) {
      const fromMs = Math.max(half.fromMs, range.fromMs)
      const untilMs = Math.min(half.untilMs, range.untilMs)
      if (fromMs < untilMs) yield { fromMs, untilMs }
    }
}

async function daysWithMatches(
  db: Kysely<Tables>,
  query: RequestQuery,
  { fromMs, untilMs }: TimeRange,
): Promise<number[]> {
  const table = namesKeys(query) ? 'usage_daily' : 'usage_by_day'
  const { rows } = await sql<{ day: string }>`
    select distinct day from ${sql.table(table)}
    where day >= ${isoTime(fromMs).slice(0, 10)} and day <= ${isoTime(untilMs).slice(0, 10)}
      and ${matching(query)} order by day desc`.execute(db)
  return rows.map(({ day }) => Date.parse(day))
}

/** Half hours that follow each other are one range. */
async function halfHoursWithMatches(
  db: Kysely<Tables>,
  query: RequestQuery,
  dayMs: number,
): Promise<TimeRange[]> {
  const table = namesKeys(query) ? 'usage_slots' : 'usage_by_slot'
  const { rows } = await sql<{ slot: string }>`
    select distinct slot from ${sql.table(table)}
    where slot >= ${slotText(dayMs)} and slot < ${slotText(dayMs + DAY_MS)}
      and ${matching(query)} order by slot desc`.execute(db)
  const ranges: TimeRange[] = []
  for (const { slot } of rows) {
    const fromMs = Date.parse(`${slot}:00Z`)
    const later = ranges.at(-1)
    if (later?.fromMs === fromMs + SLOT_MS) later.fromMs = fromMs
    else ranges.push({ fromMs, untilMs: fromMs + SLOT_MS })
  }
  return ranges
}

function namesKeys({ userId, apiKeyId }: RequestQuery): boolean {
  return userId !== null || apiKeyId !== null
}

/** Of whatever table has these columns. */
function matching({ userId, apiKeyId, model, upstream }: RequestQuery): RawBuilder<boolean> {
  return allOf([
    userId === null ? null : sql`user_id = ${userId}`,
    apiKeyId === null ? null : sql`api_key_id = ${apiKeyId}`,
    model === null ? null : sql`model = ${model}`,
    upstream === null ? null : sql`upstream = ${upstream}`,
  ])
}

/** Where the step that ends at `untilMs` begins, so that it has about as many rows as may be read at once. */
async function stepStart(
  db: Kysely<Tables>,
  query: RequestQuery,
  { fromMs, untilMs }: TimeRange,
  bounds: SearchBounds,
): Promise<number> {
  const rows = isUnusual(query) ? bounds.unusualRows : bounds.rows
  const { rows: found } = await sql<{ started_at: string }>`
    select started_at from usage_records where ${indexed(query, { fromMs, untilMs })}
    order by started_at desc limit 1 offset ${sql.lit(rows)}`.execute(db)
  const [first] = found
  return first === undefined ? fromMs : Date.parse(first.started_at)
}

async function readStep(
  db: Kysely<Tables>,
  query: RequestQuery,
  { limit, ...range }: TimeRange & { limit: number },
): Promise<RequestRow[]> {
  const { userId, outcome, minStatus, maxStatus, after } = query
  const { rows } = await sql<RequestRow>`
    select * from usage_records where ${allOf([
      indexed(query, range),
      // With the plus sign, no index of users is chosen instead of the one of unusual requests.
      isUnusual(query) && userId !== null ? sql`+user_id = ${userId}` : null,
      matching({ ...query, userId: null }),
      outcome === null ? null : sql`outcome = ${outcome}`,
      minStatus === 0 ? null : sql`status >= ${minStatus} and status <= ${maxStatus}`,
      // Requests with the same time are ordered by id, so that no page drops or repeats one.
      after === null
        ? null
        : sql`(started_at < ${after.startedAt}
            or (started_at = ${after.startedAt} and request_id < ${after.requestId}))`,
    ])}
    order by started_at desc, request_id desc limit ${sql.lit(limit)}`.execute(db)
  return rows
}

/** What one index answers. Its condition is written as in the index, which both databases need to choose it. */
function indexed(query: RequestQuery, { fromMs, untilMs }: TimeRange): RawBuilder<boolean> {
  return allOf([
    query.outcome === null || query.outcome === 'ok' ? null : sql`outcome <> 'ok'`,
    excludes200(query) ? sql`status <> 200` : null,
    isUnusual(query) || query.userId === null ? null : sql`user_id = ${query.userId}`,
    sql`started_at >= ${isoTime(fromMs)} and started_at < ${isoTime(untilMs)}`,
  ])
}

/** Whether it asks only for requests in the index `usage_records_unusual` (migration 35). */
function isUnusual(query: RequestQuery): boolean {
  return (query.outcome !== null && query.outcome !== 'ok') || excludes200(query)
}

function excludes200({ minStatus, maxStatus }: RequestQuery): boolean {
  return minStatus > 0 && (minStatus > 200 || maxStatus < 200)
}

function allOf(conditions: readonly (RawBuilder<unknown> | null)[]): RawBuilder<boolean> {
  const given = conditions.filter((condition) => condition !== null)
  return given.length === 0 ? sql<boolean>`1 = 1` : sql<boolean>`${sql.join(given, sql` and `)}`
}
