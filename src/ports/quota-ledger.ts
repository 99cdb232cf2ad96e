/** Where quotas are leased from: the SQL ledger, which is the truth of what was used. */
import type { Month } from '../core/month.ts'
import type { QuotaState } from '../core/quota.ts'

export interface LeaseKey {
  userId: number
  month: Month
  instanceId: string
}

export interface QuotaLedger {
  /**
   * Changes an instance's lease by what `decide` says of the state, in one transaction that no other
   * lease of this user's month runs beside. Returns the state after it; null where the user is gone
   * or has no quota.
   */
  lease(key: LeaseKey, decide: (state: QuotaState) => number): Promise<QuotaState | null>
  /** The states as they are, without a lock; users without a quota are left out. */
  look(
    userIds: readonly number[],
    month: Month,
    instanceId: string,
  ): Promise<ReadonlyMap<number, QuotaState>>
  /** Drops all leases of an instance that runs no request and has stored all it spent. */
  dropLeases(instanceId: string): Promise<void>
}
