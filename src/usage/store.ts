/** Where finished requests are kept. */
import type { UsageRecord } from './record.ts'

export interface UsageStore {
  /**
   * Keeps the records, adds them to the sums of their day and month and takes their tokens off the
   * instance's leases, all in one transaction. Idempotent by request id: a record that comes again
   * changes nothing. Returns how many were new.
   */
  settle(records: readonly UsageRecord[], instanceId: string): Promise<number>
}
