/** Metrics recorded for /metrics. */

import type { JournalHealth } from './journal.ts'
import type { UsageRecord } from './record.ts'

/** A provider key as a gauge reports it. */
export interface UpstreamReading {
  name: string
  provider: string
  state: string
}

export interface Metrics {
  requestFinished(record: UsageRecord): void
  /** A request was sent to a second target because the first was late: whose answer was taken. */
  hedged(answered: 'first' | 'second' | 'none'): void
  /** What the target that was cancelled may have cost, by estimate. */
  hedgedTokens(promptTokens: number): void
  /** A stream broke in its answer, and another upstream went on with it or none did. Null: no operator defined the model. */
  streamBroke(model: string | null, result: 'continued' | 'ended'): void
  /** A copy of a request was sent to a mirror, or was not. */
  mirrored(result: 'sent' | 'failed' | 'skipped'): void
  /** Stream events dropped because they were neither JSON nor `[DONE]`. */
  eventsDropped(count: number): void
  /** A request refused before anything was sent upstream, by error code. */
  refused(code: string): void
  /** A request refused by a rate limit. */
  rateLimited(): void
  /** A decision by this process's own counters because Redis was unreachable. */
  limitedLocally(): void
  /** Called on each change. */
  redisHealthy(healthy: boolean): void
  /** Called on each scrape. */
  watchJournal(health: () => JournalHealth): void
  /** Called on each scrape: requests that wait for a slot. */
  watchWaiting(count: () => number): void
  /** Called on each scrape. */
  watchUpstreams(read: () => readonly UpstreamReading[]): void
  /** The text exposition format, with the requests of all threads. */
  exposition(): Promise<string>
  /** Those of this thread, as plain data for another one. */
  snapshot(): Promise<unknown>
  readonly contentType: string
}
