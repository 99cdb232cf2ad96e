/** The circuit breaker of one upstream key, as pure steps from state to state. */
import type { UpstreamState } from '../core/entities.ts'
import type { Failure } from '../core/failure.ts'

export interface BreakerRules {
  /** Consecutive local or server failures that open the breaker. */
  threshold: number
  /** How long it stays open before one probe may pass. */
  cooldownMs: number
}

/** `probe`: half-open, one request at a time may try. */
export type Admission = 'yes' | 'probe' | 'no'

/** A 429 without `retry-after`. */
const DEFAULT_RATE_COOLDOWN_MS = 5_000
/** An absurd `retry-after` must not lock a key away for a day. */
export const MAX_RATE_COOLDOWN_MS = 10 * 60_000
/** An account without quota does not mend itself in minutes. */
export const QUOTA_COOLDOWN_MS = 60 * 60_000

export function admission(state: UpstreamState, rules: BreakerRules, nowMs: number): Admission {
  if (state.status === 'healthy') return 'yes'
  if (state.status !== 'cooldown') return 'no'
  if (state.cooldownUntilMs !== null && state.cooldownUntilMs > nowMs) return 'no'
  return state.failureCount >= rules.threshold ? 'probe' : 'yes'
}

/** A request that was under way when its key was set aside says nothing about what was learnt since. */
function isQuarantined(state: UpstreamState, nowMs: number): boolean {
  if (state.status === 'healthy') return false
  return state.status !== 'cooldown' || (state.cooldownUntilMs ?? 0) > nowMs
}

export function afterSuccess(state: UpstreamState, nowMs: number): UpstreamState {
  const totalRequests = state.totalRequests + 1
  if (isQuarantined(state, nowMs)) return { ...state, totalRequests }
  return { ...state, status: 'healthy', failureCount: 0, cooldownUntilMs: null, totalRequests }
}

/**
 * The first event of a stream was good: a probe has its verdict, however long the stream runs on. The
 * failures before it are forgotten at its end, so that a cut opens the breaker again at once.
 */
export function afterFirstEvent(state: UpstreamState, nowMs: number): UpstreamState {
  if (state.status === 'healthy' || isQuarantined(state, nowMs)) return state
  return { ...state, status: 'healthy', cooldownUntilMs: null }
}

/** Cooldowns end by the wall clock: set back, it would add to them what it was set back by. */
export function afterClockSetBack(state: UpstreamState, byMs: number): UpstreamState {
  const { cooldownUntilMs } = state
  return cooldownUntilMs === null ? state : { ...state, cooldownUntilMs: cooldownUntilMs - byMs }
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
