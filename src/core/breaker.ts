/** The circuit breaker of one upstream key, as pure steps from state to state. */
import type { UpstreamState } from './entities.ts'
import type { Failure } from './failure.ts'

export interface BreakerRules {
  /** Consecutive local or server failures that open the breaker. */
  threshold: number
  /** How long it stays open before one probe may pass. */
  cooldownMs: number
}

/** `probe`: half-open, one request at a time may try. */
export type Willingness = 'yes' | 'probe' | 'no'

/** A 429 without `retry-after`. */
const DEFAULT_RATE_COOLDOWN_MS = 5_000
/** An absurd `retry-after` must not lock a key away for a day. */
export const MAX_RATE_COOLDOWN_MS = 10 * 60_000
/** An account without quota does not mend itself in minutes. */
export const QUOTA_COOLDOWN_MS = 60 * 60_000

export function willingness(state: UpstreamState, rules: BreakerRules, nowMs: number): Willingness {
  if (state.status === 'healthy') return 'yes'
  if (state.status !== 'cooldown') return 'no'
  if (state.cooldownUntilMs !== null && state.cooldownUntilMs > nowMs) return 'no'
  return state.failureCount >= rules.threshold ? 'probe' : 'yes'
}

export function afterSuccess(state: UpstreamState): UpstreamState {
  const totalRequests = state.totalRequests + 1
  // A key set aside by an operator while the request ran stays set aside.
  if (state.status === 'disabled') return { ...state, totalRequests }
  return { ...state, status: 'healthy', failureCount: 0, cooldownUntilMs: null, totalRequests }
}

export function afterFailure(
  state: UpstreamState,
  failed: Failure,
  rules: BreakerRules,
  nowMs: number,
): UpstreamState {
  const counted: UpstreamState = { ...state, totalRequests: state.totalRequests + 1 }
  if (failed.class === 'client') return counted
  counted.totalErrors = state.totalErrors + 1
  counted.lastError = failed.detail
  if (state.status === 'disabled') return counted
  switch (failed.class) {
    case 'rate':
      return cooled(counted, nowMs + rateCooldownMs(failed))
    case 'quota':
      return cooled(counted, nowMs + QUOTA_COOLDOWN_MS)
    case 'auth':
      return { ...counted, status: 'invalid', cooldownUntilMs: null }
    default: {
      const failureCount = state.failureCount + 1
      const next = { ...counted, failureCount }
      return failureCount >= rules.threshold ? cooled(next, nowMs + rules.cooldownMs) : next
    }
  }
}

function rateCooldownMs(failed: Failure): number {
  return Math.min(failed.retryAfterMs ?? DEFAULT_RATE_COOLDOWN_MS, MAX_RATE_COOLDOWN_MS)
}

/** A shorter cooldown never cuts a longer one that is running. */
function cooled(state: UpstreamState, untilMs: number): UpstreamState {
  if (state.status === 'invalid') return state
  return {
    ...state,
    status: 'cooldown',
    cooldownUntilMs: Math.max(untilMs, state.cooldownUntilMs ?? 0),
  }
}
