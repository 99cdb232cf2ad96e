/** Monthly token quotas: how much an instance leases from the ledger, and what a refused client is told. */
import { GatewayError, retryAfterHeaders } from './errors.ts'
import { type Month, nextMonthStartMs } from './month.ts'

/**
 * What the ledger says of a user's month, in tokens. `used` is stored; a lease is what its instance
 * may still spend and what it has spent without it being stored yet. So `used` and all leases
 * together are never more than the quota, whoever spends what and whoever stores when.
 */
export interface QuotaState {
  quota: number
  used: number
  /** Of this instance. */
  leased: number
  /** Of all other instances. */
  leasedElsewhere: number
}

/** Not used and not leased; below zero where the quota was lowered. */
export function unleased({ quota, used, leased, leasedElsewhere }: QuotaState): number {
  return quota - used - leased - leasedElsewhere
}

/** How much of what is unleased one instance takes beyond what it needs at once. */
export type LeaseShare = 'all' | 'part'

const PART = 4

/**
 * What a lease changes by. An instance that is alone takes all that there is; one of several leaves
 * most of it, and takes smaller parts as the quota runs out. Below zero, it is given back, but never
 * more than the instance has not promised to a request.
 */
export function leaseChange(
  state: QuotaState,
  wanted: number,
  spare: number,
  share: LeaseShare,
): number {
  const free = unleased(state)
  if (free < 0) return Math.max(free, -Math.max(0, spare))
  return share === 'all' ? free : Math.min(free, Math.max(wanted, Math.floor(free / PART)))
}

export interface QuotaFigures {
  username: string
  quota: number
  used: number
  /** Held by requests under way. */
  reserved: number
  asked: number
  month: Month
}

/** Not to be tried again before the month ends, which clients of OpenAI's learn from the header. */
export function quotaRefusal(figures: QuotaFigures, nowMs: number): GatewayError {
  const { username, quota, used, reserved, asked, month } = figures
  const left = Math.max(0, quota - used - reserved)
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

/** The ledger can't be asked, and what was leased from it is not enough. */
export function quotaUnavailable(): GatewayError {
  return new GatewayError(
    'quota_unavailable',
    "gateway: this user's quota can't be checked, because the database does not answer. Try again in a moment; an operator looks after the database (GET /health).",
    { headers: retryAfterHeaders(2_000) },
  )
}
