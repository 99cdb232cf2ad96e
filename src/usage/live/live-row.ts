/** A request as the live view shows it: plain values, so that instances can send it to each other. */
import type { Caller } from '../../access/caller.ts'
import type { RefusalFigure } from '../../core/refusal-figures.ts'
import { isoTime } from '../../core/time/iso-time.ts'
import { byTokenField, type DetailTokenField, QUOTA_TOKEN_FIELDS } from '../../core/token-kinds.ts'
import type { UnitKind } from '../../core/units/unit-kinds.ts'
import type { RequestEntry } from '../console-reports.ts'
import type { UsageRecord } from '../record.ts'

/** Only the record of a request has these. */
type RecordedOnly =
  | 'upstreamModel'
  | 'provider'
  | 'attemptLog'
  | 'ambiguous'
  | 'reservedTokens'
  | DetailTokenField
  | UnitKind

/** What a list of requests shows of each. */
export type RowFields = Omit<RequestEntry, RecordedOnly>

export interface LiveRow extends RowFields {
  username: string
  keyName: string
}

/** A request of a known key that was refused before anything was reserved for it. It has no record. */
export interface RefusedRequest {
  row: LiveRow
  /** As the client got it. */
  message: string
  /** Empty if no limit refused it. */
  figures: readonly RefusalFigure[]
}

/** The outcome that requests without a record are shown with. */
export const REFUSED = 'refused'

export function rowOfRecord(record: UsageRecord, { user, key }: Caller): LiveRow {
  return {
    requestId: record.requestId,
    startedAt: isoTime(record.startedAtMs),
    userId: record.userId,
    username: user.username,
    apiKeyId: record.apiKeyId,
    keyName: key.name,
    endpoint: record.endpoint,
    model: record.model,
    upstream: record.upstream,
    stream: record.stream,
    status: record.status,
    outcome: record.outcome,
    errorCode: record.errorCode,
    attempts: record.attempts.length,
    durationMs: record.durationMs,
    firstTokenMs: record.firstTokenMs,
    ...byTokenField(QUOTA_TOKEN_FIELDS, (field) => record[field]),
    estimated: record.estimated,
    costUsd: record.costUsd,
  }
}

export interface Refusal {
  requestId: string
  startedAtMs: number
  durationMs: number
  caller: Caller
  /** Null if the request was refused before it was read that far. */
  endpoint: string | null
  model: string | null
  stream: boolean
  status: number
  code: string
  message: string
  figures: readonly RefusalFigure[]
}

export function refusedRequest(refusal: Refusal): RefusedRequest {
  const { requestId, startedAtMs, caller, message, figures } = refusal
  const row: LiveRow = {
    requestId,
    startedAt: isoTime(startedAtMs),
    userId: caller.user.id,
    username: caller.user.username,
    apiKeyId: caller.key.id,
    keyName: caller.key.name,
    endpoint: refusal.endpoint ?? '',
    model: refusal.model ?? '',
    upstream: null,
    stream: refusal.stream,
    status: refusal.status,
    outcome: REFUSED,
    errorCode: refusal.code,
    attempts: 0,
    durationMs: refusal.durationMs,
    firstTokenMs: null,
    ...byTokenField(QUOTA_TOKEN_FIELDS, () => 0),
    estimated: false,
    costUsd: null,
  }
  return { row, message, figures }
}
