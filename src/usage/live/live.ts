/**
 * Live activity from memory: requests as they end, each upstream's last outcomes, totals of the last minute. It
 * costs a request a few additions, even if nobody is watching.
 */
import type { Caller } from '../../access/caller.ts'
import type { UsageRecord } from '../record.ts'
import {
  type LiveRow,
  type Refusal,
  type RefusedRequest,
  refusedRequest,
  rowOfRecord,
} from './live-row.ts'
import { createRefusedRequests, type RefusedRequests } from './refused-requests.ts'

export interface UpstreamOutcome {
  atMs: number
  ok: boolean
  status: number | null
  firstTokenMs: number | null
}

export interface MinuteSums {
  requests: number
  errors: number
  tokens: number
}

export interface Live {
  add(record: UsageRecord, caller: Caller): void
  /** A request that was refused before it could have a record. */
  refuse(refusal: Refusal): void
  /** The latest ones on this instance. */
  refused: Pick<RefusedRequests, 'list' | 'find'>
  /** On this instance since it started, newest last. */
  outcomesOf(upstreamKeyId: number): readonly UpstreamOutcome[]
  lastMinute(): MinuteSums
  lastMinuteOf(apiKeyId: number): MinuteSums
  /** Returns a function that unsubscribes. The listener must not throw. */
  watch(listener: (row: LiveRow) => void): () => void
}

const MAX_OUTCOMES = 50
const SECONDS = 60
/** Keys used in the last minute; above this number the oldest are dropped. */
const MAX_KEYS = 5_000

interface Second extends MinuteSums {
  second: number
}

export function createLive(nowMs: () => number): Live {
  const outcomes = new Map<number, UpstreamOutcome[]>()
  const listeners = new Set<(row: LiveRow) => void>()
  const all: Second[] = []
  const byKey = new Map<number, Second[]>()
  const refused = createRefusedRequests()

  const noteAttempts = (record: UsageRecord): void => {
    for (const { upstreamKeyId, status, failure } of record.attempts) {
      const known = outcomes.get(upstreamKeyId) ?? []
      const ok = failure === null
      known.push({ atMs: nowMs(), ok, status, firstTokenMs: ok ? record.firstTokenMs : null })
      if (known.length > MAX_OUTCOMES) known.shift()
      outcomes.set(upstreamKeyId, known)
    }
  }
  const secondsOf = (apiKeyId: number): Second[] => {
    const known = byKey.get(apiKeyId) ?? []
    // Reinserted, so that the first entry is the least recently used one.
    byKey.delete(apiKeyId)
    byKey.set(apiKeyId, known)
    if (byKey.size > MAX_KEYS) {
      const [oldest] = byKey.keys()
      if (oldest !== undefined) byKey.delete(oldest)
    }
    return known
  }

  return {
    add(record, caller) {
      const second = Math.floor(nowMs() / 1000)
      noteAttempts(record)
      addTo(all, second, record)
      addTo(secondsOf(record.apiKeyId), second, record)
      if (listeners.size === 0) return
      const row = rowOfRecord(record, caller)
      for (const listener of listeners) listener(row)
    },
    refuse(refusal) {
      const request: RefusedRequest = refusedRequest(refusal)
      refused.add(request)
      for (const listener of listeners) listener(request.row)
    },
    refused,
    outcomesOf: (id) => outcomes.get(id) ?? [],
    lastMinute: () => sumOf(all, nowMs()),
    lastMinuteOf: (id) => sumOf(byKey.get(id) ?? [], nowMs()),
    watch(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function addTo(seconds: Second[], second: number, record: UsageRecord): void {
  let last = seconds.at(-1)
  if (last?.second !== second) {
    last = { second, requests: 0, errors: 0, tokens: 0 }
    seconds.push(last)
    while ((seconds[0]?.second ?? second) <= second - SECONDS) seconds.shift()
  }
  last.requests++
  last.tokens += record.totalTokens
  if (record.outcome !== 'ok' && record.outcome !== 'aborted') last.errors++
}

function sumOf(seconds: readonly Second[], nowMs: number): MinuteSums {
  const since = Math.floor(nowMs / 1000) - SECONDS
  const sums = { requests: 0, errors: 0, tokens: 0 }
  for (const { second, requests, errors, tokens } of seconds) {
    if (second <= since) continue
    sums.requests += requests
    sums.errors += errors
    sums.tokens += tokens
  }
  return sums
}
