/** Which rate limits a request is under, and what the client is told of them. */
import type { ApiKey } from './entities.ts'
import { GatewayError, retryAfterHeaders } from './errors.ts'

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
  /** Whose limit it is, in the words of the refusal. */
  owner: string
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
  const owner = 'this proxy key'
  if (rpm > 0) limits.push(requests(`key:${key.id}`, owner, rpm))
  if (tpm > 0) limits.push(tokensOf(`key:${key.id}`, owner, tpm, tokens))
  if (address === null) return limits
  const client = `the address ${address}`
  if (defaults.ipRpm > 0) limits.push(requests(`ip:${address}`, client, defaults.ipRpm))
  if (defaults.ipTpm > 0) limits.push(tokensOf(`ip:${address}`, client, defaults.ipTpm, tokens))
  return limits
}

function requests(whose: string, owner: string, limit: number): Limit {
  return { counter: `${whose}:rpm`, limit, amount: 1, measure: 'requests', owner }
}

function tokensOf(whose: string, owner: string, limit: number, amount: number): Limit {
  return { counter: `${whose}:tpm`, limit, amount, measure: 'tokens', owner }
}

/** `x-ratelimit-*` as OpenAI writes them, of the limit with the least left. */
export function limitHeaders(
  limits: readonly Limit[],
  states: readonly State[],
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const measure of ['requests', 'tokens'] as const) {
    let tightest = -1
    for (let at = 0; at < limits.length; at++) {
      if (limits[at]?.measure !== measure) continue
      if (tightest < 0 || left(limits, states, at) < left(limits, states, tightest)) tightest = at
    }
    if (tightest < 0) continue
    headers[`x-ratelimit-limit-${measure}`] = String(limits[tightest]?.limit)
    headers[`x-ratelimit-remaining-${measure}`] = String(
      Math.max(0, left(limits, states, tightest)),
    )
    headers[`x-ratelimit-reset-${measure}`] = goDuration(states[tightest]?.resetMs ?? 0)
  }
  return headers
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
  const { owner, limit, measure, amount } = refusing
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
