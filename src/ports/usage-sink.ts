/** Takes the record of a finished request without making the request wait. The durable journal takes this place. */
import type { UsageRecord } from '../core/usage-record.ts'

export interface UsageSink {
  record(record: UsageRecord): void
  /** Resolves once everything recorded so far is stored. */
  flush(): Promise<void>
}
