/** What is counted for /metrics. */

import type { JournalHealth } from './journal.ts'
import type { UsageRecord } from './record.ts'

/** A provider key as a gauge shows it. */
export interface UpstreamReading {
  name: string
  provider: string
  state: string
}

export interface Metrics {
  requestFinished(record: UsageRecord): void
  /** Stream events dropped because they were neither JSON nor `[DONE]`. */
  eventsDropped(count: number): void
  /** A request refused before anything was sent for it, by the error's code. */
  refused(code: string): void
  /** A request refused by a rate limit. */
  rateLimited(): void
  /** A decision taken by this process's own counters, because Redis was lost. */
  limitedLocally(): void
  /** Told at each change. */
  redisHealthy(healthy: boolean): void
  /** Asked each time the metrics are read. */
  watchJournal(health: () => JournalHealth): void
  /** Asked each time the metrics are read. */
  watchUpstreams(read: () => readonly UpstreamReading[]): void
  /** The text exposition format. */
  exposition(): Promise<string>
  readonly contentType: string
}
