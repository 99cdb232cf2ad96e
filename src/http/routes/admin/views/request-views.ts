/** How a request is shown: a row of a list or of the live view, and all that is known of one. */
import { isoTime } from '../../../../core/time/iso-time.ts'
import {
  byTokenColumn,
  DETAIL_TOKEN_FIELDS,
  QUOTA_TOKEN_FIELDS,
} from '../../../../core/token-kinds.ts'
import type { PricedEntry, RequestEntry } from '../../../../usage/console-reports.ts'
import type { LiveRequest } from '../../../../usage/live.ts'

interface Names {
  username: string
  keyName: string
}

export function requestRow(entry: RequestEntry, { username, keyName }: Names) {
  return {
    request_id: entry.requestId,
    started_at: entry.startedAt,
    user_id: entry.userId,
    username,
    key_id: entry.apiKeyId,
    key_name: keyName,
    endpoint: entry.endpoint,
    model: entry.model,
    upstream: entry.upstream,
    stream: entry.stream,
    status: entry.status,
    outcome: entry.outcome,
    error_code: entry.errorCode,
    attempts: entry.attempts,
    duration_ms: entry.durationMs,
    first_token_ms: entry.firstTokenMs,
    ...byTokenColumn(QUOTA_TOKEN_FIELDS, (field) => entry[field]),
    estimated: entry.estimated,
    cost_usd: entry.costUsd,
  }
}

const MILLION = 1_000_000

export type RequestRowView = ReturnType<typeof requestRow>

/** Its cost is not known yet: it is looked up as the record is stored. */
export function liveRow({ record, username, keyName }: LiveRequest): RequestRowView {
  const { startedAtMs, attempts, ...rest } = record
  const entry: RequestEntry = {
    ...rest,
    startedAt: isoTime(startedAtMs),
    attempts: attempts.length,
    attemptLog: '[]',
    ambiguous: false,
  }
  return requestRow(entry, { username, keyName })
}

export function requestDetail(row: RequestRowView, entry: PricedEntry) {
  const tries = triesIn(entry.attemptLog)
  return {
    ...row,
    upstream_model: entry.upstreamModel,
    provider: entry.provider,
    ...byTokenColumn(DETAIL_TOKEN_FIELDS, (field) => entry[field]),
    reserved_tokens: entry.reservedTokens,
    ambiguous: entry.ambiguous,
    timeline: {
      sent_ms: tries[0]?.started_ms ?? null,
      first_token_ms: entry.firstTokenMs,
      end_ms: entry.durationMs,
    },
    tries,
    cost: entry.cost.map(({ kind, tokens, perMillion }) => ({
      kind,
      tokens,
      usd_per_million: perMillion,
      usd: (tokens * perMillion) / MILLION,
    })),
  }
}

/** What the record says of each attempt; older records say less. */
function triesIn(log: string) {
  let notes: unknown
  try {
    notes = JSON.parse(log)
  } catch {
    notes = []
  }
  const list = Array.isArray(notes) ? (notes as Record<string, unknown>[]) : []
  return list.map((note) => ({
    upstream: typeof note.upstream === 'string' ? note.upstream : '',
    started_ms: numberOrNull(note.startedMs),
    duration_ms: numberOrNull(note.durationMs),
    status: numberOrNull(note.status),
    failure: typeof note.failure === 'string' ? note.failure : null,
  }))
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
