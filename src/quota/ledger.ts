/** Stores quotas, their usage and the leases of all instances. */
import type { Month } from '../core/time/month.ts'
import type { LeaseTerms, MonthFigures } from './rules.ts'

export interface LeaseRequest extends LeaseTerms {
  userId: number
  month: Month
  instanceId: string
}

export interface Lease extends MonthFigures {
  /** The instance's lease from now on. */
  lease: number
}

export interface QuotaLedger {
  /**
   * Sets the instance's lease to what quota/rules.ts computes, in one transaction that is serialized per user
   * and month. The lease is set, not added to, so edits by hand and lost answers do no harm; leases not renewed
   * for LEASE_COUNTS_MS don't count. If other instances hold what this one lacks, they are notified.
   */
  lease(request: LeaseRequest): Promise<Lease>
  /** Called with a user whose quota another instance needs and this one may hold on lease. */
  onWanted(listener: (userId: number) => void): void
  /** Drops all leases of an instance that has no requests in flight and has stored all its usage. */
  dropLeases(instanceId: string): Promise<void>
}
