/** Single requests: a page using the index on their times, or one by its id. */
import { type Kysely, type Selectable, sql } from 'kysely'
import { isoTime } from '../../../core/time/iso-time.ts'
import {
  byTokenField,
  SUMMED_TOKEN_FIELDS,
  TOKEN_FIELDS,
  tokenColumn,
} from '../../../core/token-kinds.ts'
import type { PricedEntry, RequestEntry, RequestQuery } from '../../../usage/console-reports.ts'
import type { PriceCatalogue } from '../../../usage/price-catalogue.ts'
import type { Outcome } from '../../../usage/record.ts'
import type { Tables, UsageRecordsTable } from '../schema/schema.ts'
import { DAY_MS } from '../usage/day-sums.ts'
import { costPartsOf } from '../usage/prices.ts'

export async function readRequests(
  db: Kysely<Tables>,
  query: RequestQuery,
): Promise<RequestEntry[]> {
  if (query.model === null && query.upstream === null) return readRange(db, query)
  const found: RequestEntry[] = []
  // No index finds a rare model among millions of requests, but the totals know its days.
  for (const day of await daysWith(db, query)) {
    const fromMs = Math.max(query.fromMs, day)
    const untilMs = Math.min(query.untilMs, day + DAY_MS)
    const limit = query.limit - found.length
    found.push(...(await readRange(db, { ...query, fromMs, untilMs, limit })))
    if (found.length >= query.limit) break
  }
  return found
}

/** The days, newest first, that have requests to the model and the upstream. */
async function daysWith(
  db: Kysely<Tables>,
  { model, upstream, fromMs, untilMs, after }: RequestQuery,
): Promise<number[]> {
  const last = after === null ? isoTime(untilMs) : after.startedAt
  const { rows } = await sql<{ day: string }>`
    select distinct day from usage_by_day
    where day >= ${isoTime(fromMs).slice(0, 10)} and day <= ${last.slice(0, 10)}
      and ${model === null ? sql`1 = 1` : sql`model = ${model}`}
      and ${upstream === null ? sql`1 = 1` : sql`upstream = ${upstream}`}
    order by day desc`.execute(db)
  return rows.map(({ day }) => Date.parse(day))
}

async function readRange(db: Kysely<Tables>, query: RequestQuery): Promise<RequestEntry[]> {
  const { userId, apiKeyId, model, upstream, outcome, after } = query
  let select = db
    .selectFrom('usage_records')
    .selectAll()
    .where('started_at', '>=', isoTime(query.fromMs))
    .where('started_at', '<', isoTime(query.untilMs))
    .orderBy('started_at', 'desc')
    .orderBy('request_id', 'desc')
    .limit(query.limit)
  if (userId !== null) select = select.where('user_id', '=', userId)
  if (apiKeyId !== null) select = select.where('api_key_id', '=', apiKeyId)
  if (model !== null) select = select.where('model', '=', model)
  if (upstream !== null) select = select.where('upstream', '=', upstream)
  if (outcome !== null) select = select.where('outcome', '=', outcome)
  if (query.minStatus > 0)
    select = select.where('status', '>=', query.minStatus).where('status', '<=', query.maxStatus)
  // Requests with the same time are ordered by id, so that no page drops or repeats one.
  if (after !== null)
    select = select
      .where('started_at', '<=', after.startedAt)
      .where(sql<boolean>`(started_at < ${after.startedAt} or request_id < ${after.requestId})`)
  return (await select.execute()).map(entryOf)
}

export async function readRequest(
  db: Kysely<Tables>,
  catalogue: PriceCatalogue | null,
  requestId: string,
): Promise<PricedEntry | null> {
  const row = await db
    .selectFrom('usage_records')
    .selectAll()
    .where('request_id', '=', requestId)
    .executeTakeFirst()
  if (row === undefined) return null
  const entry = entryOf(row)
  const cost = await costPartsOf(db, catalogue, {
    ...entry,
    ...byTokenField(TOKEN_FIELDS, (field) => Number(row[tokenColumn(field)])),
    upstreamKeyId: row.upstream_key_id,
    outcome: row.outcome as Outcome,
    startedAtMs: Date.parse(row.started_at),
  })
  return { ...entry, cost }
}

function entryOf(row: Selectable<UsageRecordsTable>): RequestEntry {
  return {
    requestId: row.request_id,
    startedAt: row.started_at,
    userId: row.user_id,
    apiKeyId: row.api_key_id,
    endpoint: row.endpoint,
    model: row.model,
    upstreamModel: row.upstream_model,
    upstream: row.upstream,
    provider: row.provider,
    stream: row.stream === 1,
    status: row.status,
    outcome: row.outcome,
    errorCode: row.error_code,
    attempts: row.attempts,
    attemptLog: row.attempt_log,
    ambiguous: row.ambiguous === 1,
    durationMs: row.duration_ms,
    firstTokenMs: row.first_token_ms,
    ...byTokenField(SUMMED_TOKEN_FIELDS, (field) => Number(row[tokenColumn(field)])),
    reservedTokens: Number(row.reserved_tokens),
    estimated: row.estimated === 1,
    costUsd: row.cost_usd,
  }
}
