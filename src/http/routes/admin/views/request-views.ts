/** How a request is shown: a row of a list or of the live view, and all that is known of one. */
import {
  byTokenColumn,
  DETAIL_TOKEN_FIELDS,
  QUOTA_TOKEN_FIELDS,
} from '../../../../core/token-kinds.ts'
import { byUnitColumn } from '../../../../core/units/unit-kinds.ts'
import type { PricedEntry } from '../../../../usage/console-reports.ts'
import type { RefusedRequest, RowFields } from '../../../../usage/live/live-row.ts'
import type { Wait } from '../../../../usage/record.ts'

interface Names {
  username: string
  keyName: string
}

export function requestRow(entry: RowFields, { username, keyName }: Names) {
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

export function requestDetail(row: RequestRowView, entry: PricedEntry) {
  const notes = notesIn(entry.attemptLog)
  const tries = notes.map(tryIn)
  return {
    ...row,
    upstream_model: entry.upstreamModel,
    provider: entry.provider,
    ...byTokenColumn(DETAIL_TOKEN_FIELDS, (field) => entry[field]),
    ...byUnitColumn((kind) => entry[kind]),
    reserved_tokens: entry.reservedTokens,
    ambiguous: entry.ambiguous,
    timeline: {
      sent_ms: tries[0]?.started_ms ?? null,
      waits: waitsIn(notes),
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
    refusal: null,
  }
}

/** What is known of a request that was refused before it had a record. */
export function refusedDetail({ row, message, figures }: RefusedRequest) {
  return {
    ...requestRow(row, row),
    upstream_model: null,
    provider: null,
    ...byTokenColumn(DETAIL_TOKEN_FIELDS, () => 0),
    ...byUnitColumn(() => 0),
    reserved_tokens: 0,
    ambiguous: false,
    timeline: { sent_ms: null, waits: [], first_token_ms: null, end_ms: row.durationMs },
    tries: [],
    cost: [],
    refusal: {
      message,
      figures: figures.map(({ waitMs, ...figure }) => ({ ...figure, wait_ms: waitMs })),
    },
  }
}

type Note = Record<string, unknown>

/** What the record says of each attempt; older records say less. */
function notesIn(log: string): Note[] {
  try {
    const notes: unknown = JSON.parse(log)
    return Array.isArray(notes) ? notes : []
  } catch {
    return []
  }
}

function tryIn({ used, ...note }: Note) {
  return {
    upstream: typeof note.upstream === 'string' ? note.upstream : '',
    started_ms: numberOrNull(note.startedMs),
    duration_ms: numberOrNull(note.durationMs),
    status: numberOrNull(note.status),
    failure: typeof note.failure === 'string' ? note.failure : null,
    ...usedIn(used),
    units: unitsIn(note.units),
  }
}

/** Older versions noted one object instead of a list. */
function unitsIn(units: unknown) {
  const listed: { kind?: unknown; count?: unknown }[] = [units ?? []].flat()
  return listed.flatMap(({ kind, count }) =>
    typeof kind === 'string' && typeof count === 'number' ? [{ kind, count }] : [],
  )
}

/** What it waited for before it was sent. */
function waitsIn([first]: readonly Note[]) {
  const waits = Array.isArray(first?.waits) ? (first.waits as Wait[]) : []
  return waits.map(({ kind, startedMs, durationMs }) => ({
    kind,
    started_ms: startedMs,
    duration_ms: durationMs,
  }))
}

function usedIn(used: unknown) {
  const of = typeof used === 'object' && used !== null ? (used as Record<string, unknown>) : {}
  return {
    prompt_tokens: numberOrNull(of.promptTokens),
    completion_tokens: numberOrNull(of.completionTokens),
    cost_usd: numberOrNull(of.costUsd),
  }
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
