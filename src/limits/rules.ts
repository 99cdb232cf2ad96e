/** Which rate limits apply to a request, and what the client learns about them. */
import { BoundedMap } from '../core/bounded-map.ts'
import type { ApiKey } from '../core/entities.ts'

/** Per-minute limits for keys without their own; 0 is no limit. */
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
  /** Null for the proxy key's own limits. */
  address: string | null
}

/** The part of a counter's state the client sees. */
export interface LimitState {
  used: number
  resetMs: number
  waitMs: number
}

/** A per-key limit overrides the default; 0 means unlimited. */
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
  if (rpm > 0) limits.push(requestLimit(ofKey.rpm, rpm, null))
  if (tpm > 0) limits.push(tokenLimit(ofKey.tpm, tpm, tokens, null))
  if (address === null) return limits
  const ofAddress = countersOf(address)
  if (ipRpm > 0) limits.push(requestLimit(ofAddress.rpm, ipRpm, address))
  if (ipTpm > 0) limits.push(tokenLimit(ofAddress.tpm, ipTpm, tokens, address))
  return limits
}

function requestLimit(counter: string, limit: number, address: string | null): Limit {
  return { counter, limit, amount: 1, measure: 'requests', address }
}

function tokenLimit(counter: string, limit: number, amount: number, address: string | null): Limit {
  return { counter, limit, amount, measure: 'tokens', address }
}

/** Counter names, cached per key and address because every request needs them. */
const MAX_REMEMBERED = 10_000
const counters = new BoundedMap<number | string, { rpm: string; tpm: string }>(MAX_REMEMBERED)

function countersOf(whose: number | string): { rpm: string; tpm: string } {
  const known = counters.get(whose)
  if (known !== undefined) return known
  const owner = typeof whose === 'number' ? `key:${whose}` : `ip:${whose}`
  const made = { rpm: `${owner}:rpm`, tpm: `${owner}:tpm` }
  counters.set(whose, made)
  return made
}
