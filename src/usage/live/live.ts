/**
 * Live activity from memory: requests as they end, each upstream's last outcomes, totals of the last minute. It
 * costs a request a few additions, even without a viewer. Requests of the gateway's own, such as the doctor's, show up
 * in the outcomes of upstreams only.
 */
import type { Caller } from '../../access/caller.ts'
import { SYSTEM_USER_ID } from '../../core/entities.ts'
import type { UsageRecord } from '../record.ts'
import {
  type LiveRow,
  type Refusal,
  type RefusedRequest,
  refusedRequest,
  rowOfRecord,
} from './live-row.ts'
import type { LiveChanges, LiveTally } from './live-tally.ts'
import { createOutcomes, type MinuteSums, type UpstreamOutcome } from './outcomes.ts'
import { createRefusedRequests, type RefusedRequests } from './refused-requests.ts'

export type { MinuteSums, UpstreamOutcome }

export interface Live {
  add(record: UsageRecord, caller: Caller): void
  /** A request that was refused before it could have a record. */
  refuse(refusal: Refusal): void
  /** The latest ones, also of other instances if these send theirs. */
  refused: Pick<RefusedRequests, 'list' | 'find'>
  /** On this instance since it started, newest last. */
  outcomesOf(upstreamKeyId: number): readonly UpstreamOutcome[]
  lastMinute(): MinuteSums
  lastMinuteOf(apiKeyId: number): MinuteSums
  /** Requests of all instances. Returns a function that unsubscribes. */
  watch(viewer: LiveViewer): () => void
  /** Requests of this instance alone, for the others. */
  watchOwn(listener: (row: LiveRow) => void): () => void
  /** What another thread of this process saw; its rows and refused requests come as those of an instance. */
  absorb(changes: LiveChanges): void
  /** From another instance. */
  receive(rows: readonly LiveRow[], skipped: number): void
  /** Refused requests of this instance alone, for the others. `listener` must not throw. */
  onRefused(listener: (request: RefusedRequest) => void): void
  /** From another instance. */
  receiveRefused(request: RefusedRequest): void
  viewers(): number
  /** Calls `listener` each time a viewer begins to watch. */
  onViewer(listener: () => void): void
}

/** Neither function may throw. */
export interface LiveViewer {
  row(row: LiveRow): void
  /** Requests that were left out because there were too many. */
  skipped(requests: number): void
}

const SECONDS = 60
/** Keys used in the last minute; above this number the oldest are dropped. */
const MAX_KEYS = 5_000

interface Second extends MinuteSums {
  second: number
}

/** `tally`: in a further thread, for the one that shows the view. */
export function createLive(nowMs: () => number, tally: LiveTally | null = null): Live {
  const outcomes = createOutcomes()
  const viewers = new Set<LiveViewer>()
  const own = new Set<(row: LiveRow) => void>()
  const begun: (() => void)[] = []
  const all: Second[] = []
  const byKey = new Map<number, Second[]>()
  const secondsOf = (apiKeyId: number, second: number) => secondsIn(byKey, apiKeyId, second)
  const refused = createRefusedRequests()
  const refusedListeners: ((request: RefusedRequest) => void)[] = []

  const noteOutcome = (upstreamKeyId: number, outcome: UpstreamOutcome): void => {
    outcomes.note(upstreamKeyId, outcome)
    tally?.outcome(upstreamKeyId, outcome)
  }
  const show = (row: LiveRow): void => {
    for (const listener of own) listener(row)
    for (const viewer of viewers) viewer.row(row)
  }

  return {
    add(record, caller) {
      const second = Math.floor(nowMs() / 1000)
      noteAttempts(record, nowMs(), noteOutcome)
      if (record.userId === SYSTEM_USER_ID) return
      addTo(all, second, record)
      addTo(secondsOf(record.apiKeyId, second), second, record)
      tally?.ended(record.apiKeyId, record.totalTokens, isError(record))
      if (viewers.size + own.size > 0) show(rowOfRecord(record, caller))
    },
    refuse(refusal) {
      if (refusal.caller.user.id === SYSTEM_USER_ID) return
      const request: RefusedRequest = refusedRequest(refusal)
      refused.add(request)
      show(request.row)
      for (const listener of refusedListeners) listener(request)
    },
    absorb(changes) {
      const second = Math.floor(nowMs() / 1000)
      for (const [id, outcome] of changes.outcomes) noteOutcome(id, outcome)
      for (const [id, sums] of changes.byKey) {
        const last = lastOf(secondsOf(id, second), second)
        last.requests += sums.requests
        last.errors += sums.errors
        last.tokens += sums.tokens
      }
    },
    refused,
    outcomesOf: outcomes.of,
    lastMinute: () => sumOf(all, nowMs()),
    lastMinuteOf: (id) => sumOf(byKey.get(id) ?? [], nowMs()),
    watch(viewer) {
      viewers.add(viewer)
      for (const listener of begun) listener()
      return () => void viewers.delete(viewer)
    },
    watchOwn(listener) {
      own.add(listener)
      return () => void own.delete(listener)
    },
    receive(rows, skipped) {
      for (const viewer of viewers) {
        for (const row of rows) viewer.row(row)
        if (skipped > 0) viewer.skipped(skipped)
      }
    },
    onRefused: (listener) => void refusedListeners.push(listener),
    receiveRefused: refused.add,
    viewers: () => viewers.size,
    onViewer: (listener) => void begun.push(listener),
  }
}

function noteAttempts(
  record: UsageRecord,
  atMs: number,
  note: (upstreamKeyId: number, outcome: UpstreamOutcome) => void,
): void {
  for (const { upstreamKeyId, status, failure } of record.attempts) {
    const ok = failure === null
    note(upstreamKeyId, { atMs, ok, status, firstTokenMs: ok ? record.firstTokenMs : null })
  }
}

function secondsIn(byKey: Map<number, Second[]>, apiKeyId: number, second: number): Second[] {
  const known = byKey.get(apiKeyId) ?? []
  if (known.at(-1)?.second === second) return known
  // Reinserted once a second, so that the first entry is one of those that were not used for the longest time.
  byKey.delete(apiKeyId)
  byKey.set(apiKeyId, known)
  if (byKey.size > MAX_KEYS) {
    const [oldest] = byKey.keys()
    if (oldest !== undefined) byKey.delete(oldest)
  }
  return known
}

function isError({ outcome }: UsageRecord): boolean {
  return outcome !== 'ok' && outcome !== 'aborted'
}

function lastOf(seconds: Second[], second: number): Second {
  const last = seconds.at(-1)
  if (last?.second === second) return last
  const next = { second, requests: 0, errors: 0, tokens: 0 }
  seconds.push(next)
  while ((seconds[0]?.second ?? second) <= second - SECONDS) seconds.shift()
  return next
}

function addTo(seconds: Second[], second: number, record: UsageRecord): void {
  const last = lastOf(seconds, second)
  last.requests++
  last.tokens += record.totalTokens
  if (isError(record)) last.errors++
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
