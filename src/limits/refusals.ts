/** Errors a client gets when a rate limit refuses its request. */
import { GatewayError, retryAfterHeaders } from '../core/errors.ts'
import type { RefusalFigure } from '../core/refusal-figures.ts'
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
  const { limit, measure, amount } = refusing
  const owner = ownerOf(refusing)
  const figures = figuresOf(limits, states)
  if (waitMs === Number.POSITIVE_INFINITY) {
    return new GatewayError(
      'rate_limit_exceeded',
      `gateway: this request asks for ${amount} tokens (its prompt by estimate, and what it may generate), and ${owner} may use ${limit} tokens a minute, so it can never pass. Send less, lower max_tokens, or ask an operator for a higher limit.`,
      { headers: { 'x-should-retry': 'false' }, figures },
    )
  }
  const asked = measure === 'requests' ? `${amount} more` : `about ${amount} more`
  return new GatewayError(
    'rate_limit_exceeded',
    `gateway: ${owner} may use ${limit} ${measure} a minute (${measure === 'requests' ? 'RPM' : 'TPM'}); ${used} are used and this request asks for ${asked}. Come back in ${Math.ceil(waitMs) / 1000} s.`,
    { headers: retryAfterHeaders(waitMs), figures },
  )
}

function ownerOf({ address }: Limit): string {
  return address === null ? 'this proxy key' : `the address ${address}`
}

/** Every limit that was compared, in their order. */
function figuresOf(limits: readonly Limit[], states: readonly LimitState[]): RefusalFigure[] {
  return limits.map((limit, at) => {
    const { used = 0, waitMs = 0 } = states[at] ?? {}
    return {
      measure: limit.measure === 'requests' ? 'requests_per_minute' : 'tokens_per_minute',
      owner: ownerOf(limit),
      limit: limit.limit,
      used,
      asked: limit.amount,
      refused: waitMs > 0,
      waitMs: Number.isFinite(waitMs) ? waitMs : null,
    }
  })
}

/** Redis is unreachable and RATE_LIMIT_FAIL_OPEN=false. */
export function limitsUnavailable(): GatewayError {
  return new GatewayError(
    'limits_unavailable',
    "gateway: the rate limits can't be checked, because Redis does not answer and RATE_LIMIT_FAIL_OPEN is false. Try again in a moment; an operator looks after Redis (GET /health).",
    { headers: retryAfterHeaders(2_000) },
  )
}
