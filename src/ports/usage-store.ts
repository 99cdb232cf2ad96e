/** Where finished requests are kept. */
import type { UsageRecord } from '../core/usage-record.ts'

export interface UsageStore {
  /** Idempotent by request id: a record written twice is kept once. */
  insert(records: readonly UsageRecord[]): Promise<void>
}
