/** Arithmetic of monthly quotas: a user's quota, an instance's lease, the figures in a refusal. */
import type { User } from '../core/entities.ts'

/** A user's own quota overrides the default. 0 or null is no quota. */
export function quotaOf(
  { monthlyQuotaTokens }: Pick<User, 'monthlyQuotaTokens'>,
  defaultTokens: number | null,
): number | null {
  const tokens = monthlyQuotaTokens ?? defaultTokens
  return tokens === 0 ? null : tokens
}

/**
 * An instance stops spending a lease it could not renew for this long. With renewals every two minutes, it
 * survives ten minutes without the database.
 */
export const LEASE_LASTS_MS = 15 * 60_000
/** Other instances count a lease for longer than its owner spends it; the margin exceeds any clock skew. */
export const LEASE_COUNTS_MS = 20 * 60_000

/** What one instance holds of a user's month, and what it wants. */
export interface LeaseTerms {
  /** Leased: reserved, used but not stored yet, and `free`. */
  lease: number
  /** Not reserved; negative if answers were longer than their reservations. */
  free: number
  /** Total its waiting requests need. */
  needed: number
  /** The smallest need among them. */
  least: number
  /** It wants the free or remaining tokens divided by this: 1 is all of them, infinity none. */
  divisor: number
  /** For a user without a quota of their own. */
  defaultTokens: number | null
}

/** The ledger's figures for a user's month. */
export interface MonthFigures {
  /** Null if the user has no quota. */
  quota: number | null
  used: number
  /** Leased by other instances. */
  leasedElsewhere: number
}

/**
 * The instance's next lease. Never more than the quota minus usage and other leases; if that is less than the
 * current lease, e.g. after a quota was lowered, only free tokens can be taken away.
 */
export function nextLease(
  { quota, used, leasedElsewhere }: MonthFigures,
  terms: LeaseTerms,
): number {
  const { lease, free, needed, least, divisor } = terms
  if (quota === null) return lease
  const left = quota - used - leasedElsewhere - lease
  if (left < 0) return lease - Math.min(Math.max(0, free), -left)
  // What can't serve any request here may serve one on another instance.
  if (free + left < least) return lease
  const part = Math.floor((free + left) / divisor)
  return lease + Math.min(left, Math.max(0, needed - free, part - free))
}

/** Whether the tokens still missing after the next lease exist, but are leased by other instances. */
export function isLeasedElsewhere(figures: MonthFigures, terms: LeaseTerms, next: number): boolean {
  const { quota, used, leasedElsewhere } = figures
  const { lease, free, needed, least } = terms
  if (quota === null || leasedElsewhere === 0 || free + next - lease >= needed) return false
  return least <= quota - used - (lease - free)
}
