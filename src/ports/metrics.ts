/** What is counted for /metrics. */
import type { UsageRecord } from '../core/usage-record.ts'

export interface Metrics {
  requestFinished(record: UsageRecord): void
  /** Stream events dropped because they were neither JSON nor `[DONE]`. */
  eventsDropped(count: number): void
  /** The text exposition format. */
  exposition(): Promise<string>
  readonly contentType: string
}
