/** Single requests: a page of them, or one by its id. */
import type { Kysely } from 'kysely'
import { byTokenField, TOKEN_FIELDS, tokenColumn } from '../../../core/token-kinds.ts'
import { bySummedField, summedColumn } from '../../../core/units/summed-fields.ts'
import type {
  PricedEntry,
  RequestEntry,
  RequestPage,
  RequestQuery,
} from '../../../usage/console-reports.ts'
import type { PriceCatalogue } from '../../../usage/price-catalogue.ts'
import type { Outcome } from '../../../usage/record.ts'
import type { Tables } from '../schema/schema.ts'
import { costPartsOf } from '../usage/prices.ts'
import { type RequestRow, searchRequests } from './request-search.ts'

export async function readRequests(db: Kysely<Tables>, query: RequestQuery): Promise<RequestPage> {
  const { rows, searchedUntilMs } = await searchRequests(db, query)
  return { entries: rows.map(entryOf), searchedUntilMs }
}

export async function findRequest(
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

function entryOf(row: RequestRow): RequestEntry {
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
    ...bySummedField((field) => Number(row[summedColumn(field)])),
    reservedTokens: Number(row.reserved_tokens),
    estimated: row.estimated === 1,
    costUsd: row.cost_usd,
  }
}
