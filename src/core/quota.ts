/** The arithmetic of monthly quotas: whose quota is how large, how much of it an instance leases, what a refusal says. */
import type { User } from './entities.ts'
import { GatewayError, retryAfterHeaders } from './errors.ts'
import { type Month, nextMonthStartMs } from './month.ts'

/** A user's own number stands before the default; 0 is no quota, as everywhere. Null is no quota. */
export function quotaOf(
  { monthlyQuotaTokens }: Pick<User, 'monthlyQuotaTokens'>,
  defaultTokens: number | null,
): number | null {
  const tokens = monthlyQuotaTokens ?? defaultTokens
  return tokens === 0 ? null : tokens
}

/** What one instance has of a user's month, and what it wants. */
export interface LeaseWish {
  /** On lease: what its requests hold, what they used and the store does not have yet, and `free`. */
  lease: number
  /** Held by no request; below zero where answers were longer than what was held for them. */
  free: number
  /** What its requests wait for. */
  needed: number
  /** It leases at least this part of what is left, as a divisor; 1 is all of it, infinity none. */
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
  const { lease, free, needed, divisor } = wish
  if (quota === null) return lease
  const left = quota - used - leasedElsewhere - lease
  if (left < 0) return lease - Math.min(Math.max(0, free), -left)
  return lease + Math.min(left, Math.max(0, needed - free, Math.floor(left / divisor)))
}

export interface RefusedQuota {
  username: string
  quota: number
  used: number
  /** By requests under way, here and at other instances. */
  reserved: number
  asked: number
  left: number
  month: Month
}

/** No waiting within a request's life helps, so clients are told not to try again by themselves. */
export function quotaRefusal(refused: RefusedQuota, nowMs: number): GatewayError {
  const { username, quota, used, reserved, asked, left, month } = refused
  const resetMs = nextMonthStartMs(month)
  const reset = new Date(resetMs).toISOString().slice(0, 10)
  return new GatewayError(
    'insufficient_quota',
    `gateway: the monthly quota of user ${username} does not cover this request: ${quota} tokens a month, ${used} used, ${reserved} reserved by requests under way, ${left} left; this request asks for ${asked} (its prompt by estimate, and what it may generate). The quota is there again on ${reset} (UTC). Lower max_tokens, or ask an operator for a higher quota (gpt-proxy quota set).`,
    {
      headers: {
        'x-should-retry': 'false',
        'x-gpt-proxy-quota-remaining': String(left),
        ...retryAfterHeaders(resetMs - nowMs),
      },
    },
  )
}

export function quotaUnavailable(): GatewayError {
  return new GatewayError(
    'quota_unavailable',
    "gateway: this user's quota can't be checked, because the database does not answer. Try again in a moment; an operator looks after the database (GET /health).",
    { headers: retryAfterHeaders(2_000) },
  )
}
