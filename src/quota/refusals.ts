/** Errors a client gets when a quota refuses its request. */
import { GatewayError, retryAfterHeaders } from '../core/errors.ts'
import type { RefusalFigure } from '../core/refusal-figures.ts'
import { type Month, nextMonthStartMs } from '../core/time/month.ts'

/** Time for requests on other instances to end and return what they did not use. */
const RETRY_LEASED_MS = 2_000

export interface RefusedQuota {
  username: string
  quota: number
  used: number
  /** Reserved by requests in flight on this instance. */
  reserved: number
  leasedElsewhere: number
  asked: number
  /** Neither used nor reserved, on whichever instance it is leased. */
  left: number
  month: Month
}

export function quotaRefusal(refused: RefusedQuota, nowMs: number): GatewayError {
  const { username, quota, used, reserved, leasedElsewhere, asked, left } = refused
  const remaining = { 'x-gpt-proxy-quota-remaining': String(left) }
  const asks = `${asked} (its prompt by estimate, and what it may generate)`
  const waitMs = asked > quota ? null : nextMonthStartMs(refused.month) - nowMs
  const compared = [figureOf(refused, asked <= left ? RETRY_LEASED_MS : waitMs)]
  const more = 'ask an operator for a higher quota (gpt-proxy quota set)'
  if (asked > quota)
    return new GatewayError(
      'insufficient_quota',
      `gateway: the monthly quota of user ${username} is ${quota} tokens, and this request alone asks for ${asks}, so it can never pass. Send less, lower max_tokens, or ${more}.`,
      { headers: { 'x-should-retry': 'false', ...remaining }, figures: compared },
    )
  const leased =
    leasedElsewhere > 0 ? ` (${leasedElsewhere} on lease to other instances or threads)` : ''
  const figures = `gateway: the monthly quota of user ${username} does not cover this request: ${quota} tokens a month, ${used} used, ${reserved} reserved by requests in flight, ${left} left${leased}; this request asks for ${asks}.`
  if (asked <= left)
    return new GatewayError(
      'insufficient_quota',
      `${figures} What it lacks is on lease to other instances or threads, and their requests hold it: come back in ${RETRY_LEASED_MS / 1000} s, lower max_tokens, or ${more}.`,
      { headers: { ...remaining, ...retryAfterHeaders(RETRY_LEASED_MS) }, figures: compared },
    )
  return new GatewayError(
    'insufficient_quota',
    `${figures} ${whenAgain(refused)} Lower max_tokens, or ${more}.`,
    {
      // Waiting does not help within a request's lifetime, so clients are asked not to retry automatically.
      headers: {
        'x-should-retry': 'false',
        ...remaining,
        ...retryAfterHeaders(nextMonthStartMs(refused.month) - nowMs),
      },
      figures: compared,
    },
  )
}

/** What other instances have on lease counts as used: this request can't have it. */
function figureOf(refused: RefusedQuota, waitMs: number | null): RefusalFigure {
  const { username, quota, used, reserved, leasedElsewhere, asked } = refused
  return {
    measure: 'tokens_per_month',
    owner: `user ${username}`,
    limit: quota,
    used: used + reserved + leasedElsewhere,
    asked,
    refused: true,
    waitMs,
  }
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
