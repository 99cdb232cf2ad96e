/** Converts a usage record to its row. */
import { isoTime } from '../../../core/time/iso-time.ts'
import { byTokenColumn, TOKEN_FIELDS } from '../../../core/token-kinds.ts'
import { byUnitColumn } from '../../../core/units/unit-kinds.ts'
import type { UsageRecord } from '../../../usage/record.ts'
import { unitsIn } from '../../../usage/units.ts'
import type { UsageRecordsTable } from '../schema/schema.ts'
import type { BulkRow } from './bulk-rows.ts'
import type { BulkStatement } from './bulk-statement.ts'

const COLUMNS: Readonly<Record<keyof UsageRecordsTable, string>> = {
  request_id: 'text',
  started_at: 'text',
  user_id: 'integer',
  api_key_id: 'integer',
  endpoint: 'text',
  model: 'text',
  upstream_model: 'text',
  upstream_key_id: 'integer',
  upstream: 'text',
  provider: 'text',
  stream: 'integer',
  status: 'integer',
  outcome: 'text',
  error_code: 'text',
  attempts: 'integer',
  attempt_log: 'text',
  ambiguous: 'integer',
  duration_ms: 'double precision',
  first_token_ms: 'double precision',
  estimated: 'integer',
  cost_usd: 'double precision',
  reserved_tokens: 'bigint',
  ...byTokenColumn(TOKEN_FIELDS, () => 'bigint'),
  ...byUnitColumn(() => 'double precision'),
}

export const RECORDS: BulkStatement = {
  table: 'usage_records',
  columns: COLUMNS,
  // Partitions have the unique key that the whole table lacks.
  key: [],
  added: [],
  // A request keeps the time at which it started. A batch is charged when its end is noticed, perhaps by two instances.
  mayBeElsewhere: ([requestId]) => !String(requestId).startsWith('req_'),
}

/** In the order of the columns above. */
export function recordRow(record: UsageRecord): BulkRow {
  return [
    record.requestId,
    isoTime(record.startedAtMs),
    record.userId,
    record.apiKeyId,
    record.endpoint,
    record.model,
    record.upstreamModel,
    record.upstreamKeyId,
    record.upstream,
    record.provider,
    record.stream ? 1 : 0,
    record.status,
    record.outcome,
    record.errorCode,
    record.attempts.length,
    JSON.stringify(record.attempts),
    record.attempts.some((attempt) => attempt.ambiguous) ? 1 : 0,
    record.durationMs,
    record.firstTokenMs,
    record.estimated ? 1 : 0,
    record.costUsd,
    record.reservedTokens,
    ...TOKEN_FIELDS.map((field) => record[field]),
    ...unitsIn(record),
  ]
}
