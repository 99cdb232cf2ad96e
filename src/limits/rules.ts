/** Which rate limits a request is under, and what the client is told of them. */
import type { ApiKey } from '../core/entities.ts'
import { GatewayError, retryAfterHeaders } from '../core/errors.ts'

/** A minute, for those keys that have no number of their own; 0 is no limit. */
export interface LimitDefaults {
  keyRpm: number
  keyTpm: number
  ipRpm: number
  ipTpm: number
}

export type Measure = 'requests' | 'tokens'

export interface Limit {
  counter: string
  limit: number
  amount: number
  measure: Measure
  /** Null where it is the proxy key's own. */
  address: string | null
}

/** What of a counter's state the client is told. */
interface State {
  used: number
  resetMs: number
  waitMs: number
}

/** A key's own number stands before the default, also where it is 0, which is no limit. */
export function limitsOf(
  defaults: LimitDefaults,
  key: Pick<ApiKey, 'id' | 'rpm' | 'tpm'>,
  address: string | null,
  tokens: number,
): Limit[] {
  const limits: Limit[] = []
  const rpm = key.rpm ?? defaults.keyRpm
  const tpm = key.tpm ?? defaults.keyTpm
  const { ipRpm, ipTpm } = defaults
  const ofKey = countersOf(key.id)
  if (rpm > 0) limits.push(limitOf(ofKey.rpm, rpm, 1, 'requests', null))
  if (tpm > 0) limits.push(limitOf(ofKey.tpm, tpm, tokens, 'tokens', null))
  if (address === null) return limits
  const ofAddress = countersOf(address)
  if (ipRpm > 0) limits.push(limitOf(ofAddress.rpm, ipRpm, 1, 'requests', address))
  if (ipTpm > 0) limits.push(limitOf(ofAddress.tpm, ipTpm, tokens, 'tokens', address))
  return limits
}

function limitOf(
  counter: string,
  limit: number,
  amount: number,
  measure: Measure,
  address: string | null,
): Limit {
  return { counter, limit, amount, measure, address }
}

/** Put together once for each key and address, for every request asks for them. */
const counters = new Map<number | string, { rpm: string; tpm: string }>()
const MOST_REMEMBERED = 10_000

function countersOf(whose: number | string): { rpm: string; tpm: string } {
  const known = counters.get(whose)
  if (known !== undefined) return known
  const owner = typeof whose === 'number' ? `key:${whose}` : `ip:${whose}`
  const made = { rpm: `${owner}:rpm`, tpm: `${owner}:tpm` }
  if (counters.size >= MOST_REMEMBERED) counters.clear()
  counters.set(whose, made)
  return made
}

const HEADERS = {
  requests: {
    limit: 'x-ratelimit-limit-requests',
    remaining: 'x-ratelimit-remaining-requests',
    reset: 'x-ratelimit-reset-requests',
  },
  tokens: {
    limit: 'x-ratelimit-limit-tokens',
    remaining: 'x-ratelimit-remaining-tokens',
    reset: 'x-ratelimit-reset-tokens',
  },
} as const

/** Adds `x-ratelimit-*` as OpenAI writes them, of the limit with the least left. */
export function addLimitHeaders(
  headers: Record<string, string>,
  limits: readonly Limit[],
  states: readonly State[],
): void {
  for (const measure of ['requests', 'tokens'] as const) {
    let tightest = -1
    for (let at = 0; at < limits.length; at++) {
      if (limits[at]?.measure !== measure) continue
      if (tightest < 0 || left(limits, states, at) < left(limits, states, tightest)) tightest = at
    }
    if (tightest < 0) continue
    const names = HEADERS[measure]
    headers[names.limit] = String(limits[tightest]?.limit)
    headers[names.remaining] = String(Math.max(0, left(limits, states, tightest)))
    headers[names.reset] = goDuration(states[tightest]?.resetMs ?? 0)
  }
}

function left(limits: readonly Limit[], states: readonly State[], at: number): number {
  return (limits[at]?.limit ?? 0) - (states[at]?.used ?? 0)
}

/** Durations as Go prints them, which is what OpenAI sends: `20ms`, `1s`, `1.5s`, `6m0s`. */
export function goDuration(ms: number): string {
  const whole = Math.ceil(ms)
  if (whole <= 0) return '0s'
  if (whole < 1000) return `${whole}ms`
  const hours = Math.floor(whole / 3_600_000)
  const minutes = Math.floor(whole / 60_000) % 60
  const seconds = (whole % 60_000) / 1000
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`
}

/** Names the limit that takes the longest to come free, for all have to. */
export function limitRefusal(limits: readonly Limit[], states: readonly State[]): GatewayError {
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

/** Redis is lost and RATE_LIMIT_FAIL_OPEN=false. */
export function limitsUnavailable(): GatewayError {
  return new GatewayError(
    'limits_unavailable',
    "gateway: the rate limits can't be checked, because Redis does not answer and RATE_LIMIT_FAIL_OPEN is false. Try again in a moment; an operator looks after Redis (GET /health).",
    { headers: retryAfterHeaders(2_000) },
  )
}
