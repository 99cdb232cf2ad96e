/** Errors a client gets when a rate limit refuses its request. */
import { GatewayError, retryAfterHeaders } from '../core/errors.ts'
import type { Limit, LimitState } from './rules.ts'

/** Names the limit that takes longest to free up, because all of them must. */
export function limitRefusal(
  limits: readonly Limit[],
  states: readonly LimitState[],
): GatewayError {
  let slowest = 0
  for (let at = 1; at < limits.length; at++) {
    if ((states[at]?.waitMs ?? 0) > (states[slowest]?.waitMs ?? 0)) slowest = at
  }
  const refusing = limits[slowest] as Limit
  const { used = 0, waitMs = 0 } = states[slowest] ?? {}
  const { address, limit, measure, amount } = refusing
  const owner = address === null ? 'this proxy key' : `the address ${address}`
  if (waitMs === Number.POSITIVE_INFINITY) {
    return new GatewayError(
      'rate_limit_exceeded',
      `gateway: this request asks for ${amount} tokens (its prompt by estimate, and what it may generate), and ${owner} may use ${limit} tokens a minute, so it can never pass. Send less, lower max_tokens, or ask an operator for a higher limit.`,
      { headers: { 'x-should-retry': 'false' } },
    )
  }
  const asked = measure === 'requests' ? `${amount} more` : `about ${amount} more`
  return new GatewayError(
    'rate_limit_exceeded',
    `gateway: ${owner} may use ${limit} ${measure} a minute (${measure === 'requests' ? 'RPM' : 'TPM'}); ${used} are used and this request asks for ${asked}. Come back in ${Math.ceil(waitMs) / 1000} s.`,
    { headers: retryAfterHeaders(waitMs) },
  )
}

/** Redis is unreachable and RATE_LIMIT_FAIL_OPEN=false. */
export function limitsUnavailable(): GatewayError {
  return new GatewayError(
    'limits_unavailable',
    "gateway: the rate limits can't be checked, because Redis does not answer and RATE_LIMIT_FAIL_OPEN is false. Try again in a moment; an operator looks after Redis (GET /health).",
    { headers: retryAfterHeaders(2_000) },
  )
}
