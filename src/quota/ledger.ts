/** Where the quotas, what is used of them and what instances lease of them are kept. */
import type { Month } from '../core/month.ts'
import type { LeaseTerms, MonthFigures } from './rules.ts'

export interface LeaseRequest extends LeaseTerms {
  userId: number
  month: Month
  instanceId: string
}

export interface Lease extends MonthFigures {
  /** What the instance has from now on. */
  lease: number
}

export interface QuotaLedger {
  /**
   * Sets the instance's lease to what core/quota.ts says, in one transaction that no other of this
   * user's month runs beside. The lease is set, not added to: whatever stood there, also by hand or by
   * an answer that was lost, does not count; nor do leases that were not renewed for LEASE_COUNTS_MS.
   * Where other instances have what this one lacks, they are told.
   */
  lease(request: LeaseRequest): Promise<Lease>
  /** Hears of users of whose quota another instance lacks what may be free on a lease of this one. */
  onWanted(listener: (userId: number) => void): void
  /** Drops all leases of an instance that runs no request and has stored all it spent. */
  dropLeases(instanceId: string): Promise<void>
}
