/** Stores finished requests. */
import type { UsageRecord } from './record.ts'

export interface UsageStore {
  /**
   * Stores the records, adds them to the rollups and takes their tokens off the instance's leases, all in one
   * transaction. Idempotent by request id: a repeated record changes nothing. Returns how many were new.
   * `lines`: the same records as the journal wrote them, for a store that would have to encode them again.
   */
  settle(
    records: readonly UsageRecord[],
    instanceId: string,
    lines?: readonly string[],
  ): Promise<number>
}
