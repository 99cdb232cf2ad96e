/** The arithmetic of monthly quotas: whose quota is how large, how much of it an instance leases, what a refusal says. */
import type { User } from '../core/entities.ts'
import { GatewayError, retryAfterHeaders } from '../core/errors.ts'
import { type Month, nextMonthStartMs } from '../core/month.ts'

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
/** Requests of other instances end, and what they did not use is free again. */
const RETRY_LEASED_MS = 2_000

/** What one instance has of a user's month, and what it wants. */
export interface LeaseWish {
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
export function nextLease({ quota, used, leasedElsewhere }: MonthFigures, wish: LeaseWish): number {
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
export function isLeasedElsewhere(figures: MonthFigures, wish: LeaseWish, next: number): boolean {
  const { quota, used, leasedElsewhere } = figures
  const { lease, free, needed, least } = wish
  if (quota === null || leasedElsewhere === 0 || free + next - lease >= needed) return false
  return least <= quota - used - (lease - free)
}

export interface RefusedQuota {
  username: string
  quota: number
  used: number
  /** By requests under way at this instance. */
  reserved: number
  leasedElsewhere: number
  asked: number
  /** Neither used nor reserved, wherever it is on lease. */
  left: number
  month: Month
}

export function quotaRefusal(refused: RefusedQuota, nowMs: number): GatewayError {
  const { username, quota, used, reserved, leasedElsewhere, asked, left } = refused
  const remaining = { 'x-gpt-proxy-quota-remaining': String(left) }
  const asks = `${asked} (its prompt by estimate, and what it may generate)`
  const more = 'ask an operator for a higher quota (gpt-proxy quota set)'
  if (asked > quota)
    return new GatewayError(
      'insufficient_quota',
      `gateway: the monthly quota of user ${username} is ${quota} tokens, and this request alone asks for ${asks}, so it can never pass. Send less, lower max_tokens, or ${more}.`,
      { headers: { 'x-should-retry': 'false', ...remaining } },
    )
  const leased = leasedElsewhere > 0 ? ` (${leasedElsewhere} on lease at other instances)` : ''
  const figures = `gateway: the monthly quota of user ${username} does not cover this request: ${quota} tokens a month, ${used} used, ${reserved} reserved by requests under way, ${left} left${leased}; this request asks for ${asks}.`
  if (asked <= left)
    return new GatewayError(
      'insufficient_quota',
      `${figures} What it lacks is on lease at other instances, and their requests hold it: come back in ${RETRY_LEASED_MS / 1000} s, lower max_tokens, or ${more}.`,
      { headers: { ...remaining, ...retryAfterHeaders(RETRY_LEASED_MS) } },
    )
  return new GatewayError(
    'insufficient_quota',
    `${figures} ${whenAgain(refused)} Lower max_tokens, or ${more}.`,
    {
      // No waiting within a request's life helps, so clients are told not to try again by themselves.
      headers: {
        'x-should-retry': 'false',
        ...remaining,
        ...retryAfterHeaders(nextMonthStartMs(refused.month) - nowMs),
      },
    },
  )
}

function whenAgain({ month }: RefusedQuota): string {
  const reset = new Date(nextMonthStartMs(month)).toISOString().slice(0, 10)
  return `The quota is there again on ${reset} (UTC).`
}

export function quotaUnavailable(): GatewayError {
  return new GatewayError(
    'quota_unavailable',
    "gateway: this user's quota can't be checked, because the database does not answer. Try again in a moment; an operator looks after the database (GET /health).",
    { headers: retryAfterHeaders(2_000) },
  )
}
