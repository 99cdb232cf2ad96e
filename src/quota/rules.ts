/** The arithmetic of monthly quotas: whose quota is how large, how much of it an instance leases, what a refusal says. */
import type { User } from '../core/entities.ts'

/** A user's own number stands before the default; 0 is no quota, as everywhere. Null is no quota. */
export function quotaOf(
  { monthlyQuotaTokens }: Pick<User, 'monthlyQuotaTokens'>,
  defaultTokens: number | null,
): number | null {
  const tokens = monthlyQuotaTokens ?? defaultTokens
  return tokens === 0 ? null : tokens
}

/**
 * An instance spends nothing of a lease that it could not renew for so long. Renewed every two minutes,
 * it lasts through ten minutes without the database.
 */
export const LEASE_LASTS_MS = 15 * 60_000
/** Others count a lease for longer than its instance spends it, by more than their clocks differ. */
export const LEASE_COUNTS_MS = 20 * 60_000

/** What one instance has of a user's month, and what it wants. */
export interface LeaseTerms {
  /** On lease: what its requests hold, what they used and the store does not have yet, and `free`. */
  lease: number
  /** Held by no request; below zero where answers were longer than what was held for them. */
  free: number
  /** What its requests wait for, all together. */
  needed: number
  /** What the smallest of them waits for. */
  least: number
  /** It wants this part of what is free or left, as a divisor; 1 is all of it, infinity none. */
  divisor: number
  /** For a user without a quota of their own. */
  defaultTokens: number | null
}

/** What the ledger has of a user's month. */
export interface MonthFigures {
  /** Null where the user has no quota. */
  quota: number | null
  used: number
  /** By other instances. */
  leasedElsewhere: number
}

/**
 * The instance's next lease. Never more than the quota less what is used and what others lease; where
 * that is less than what it has, as after a quota was lowered, only what is free can be taken away.
 */
export function nextLease(
  { quota, used, leasedElsewhere }: MonthFigures,
  wish: LeaseTerms,
): number {
  const { lease, free, needed, least, divisor } = wish
  if (quota === null) return lease
  const left = quota - used - leasedElsewhere - lease
  if (left < 0) return lease - Math.min(Math.max(0, free), -left)
  // What serves none of its requests may serve one of another instance.
  if (free + left < least) return lease
  const part = Math.floor((free + left) / divisor)
  return lease + Math.min(left, Math.max(0, needed - free, part - free))
}

/** Whether what it still lacks at its next lease is there, but on lease at other instances. */
export function isLeasedElsewhere(figures: MonthFigures, wish: LeaseTerms, next: number): boolean {
  const { quota, used, leasedElsewhere } = figures
  const { lease, free, needed, least } = wish
  if (quota === null || leasedElsewhere === 0 || free + next - lease >= needed) return false
  return least <= quota - used - (lease - free)
}
