/** The state of a whole provider key, as pure steps: only what a code says about the key changes it. */
import type { UpstreamState } from '../../core/entities.ts'
import type { Failure } from '../../core/failure.ts'
import type { Admission } from '../../routing/choose-candidate.ts'
import { MAX_RATE_COOLDOWN_MS } from './breaker.ts'

/** An account without quota is not topped up in minutes. */
export const QUOTA_COOLDOWN_MS = 60 * 60_000
/** A 429 without a wait. */
export const RATE_COOLDOWN_MS = 5_000
/** A refused key is tried again after this, then after twice as long each time. */
const FIRST_CHECK_MS = 60_000
const LAST_CHECK_MS = 60 * 60_000

export function keyAdmission({ status, cooldownUntilMs }: UpstreamState, nowMs: number): Admission {
  if (status === 'healthy') return 'allow'
  if (status !== 'cooldown') return 'deny'
  return cooldownUntilMs !== null && cooldownUntilMs > nowMs ? 'deny' : 'probe'
}

/** A request that was in flight when its key was suspended says nothing about what was learnt since. */
export function isSuspended(state: UpstreamState, nowMs: number): boolean {
  if (state.status === 'healthy') return false
  return state.status !== 'cooldown' || (state.cooldownUntilMs ?? 0) > nowMs
}

export function afterKeySuccess(state: UpstreamState, nowMs: number): UpstreamState {
  const totalRequests = state.totalRequests + 1
  if (isSuspended(state, nowMs)) return { ...state, totalRequests }
  return { ...state, status: 'healthy', failureCount: 0, cooldownUntilMs: null, totalRequests }
}

/** The counters, which every failure changes that is not the client's own. */
export function counted(state: UpstreamState, failed: Failure): UpstreamState {
  const totalRequests = state.totalRequests + 1
  if (failed.class === 'client' || failed.class === 'context' || failed.class === 'filter')
    return { ...state, totalRequests }
  const broken = ['connect', 'timeout', 'server'].includes(failed.class)
  return {
    ...state,
    totalRequests,
    totalErrors: state.totalErrors + 1,
    failureCount: state.failureCount + (broken ? 1 : 0),
    lastError: failed.detail,
  }
}

/** A failure about the key; `refusals` is how often it was refused in a row before. */
export function afterKeyFailure(
  state: UpstreamState,
  failed: Failure,
  refusals: number,
  nowMs: number,
): UpstreamState {
  if (state.status === 'disabled') return state
  if (failed.class === 'auth') return invalid(state, refusals, nowMs)
  if (state.status === 'invalid') return state
  const waitMs =
    failed.class === 'quota'
      ? QUOTA_COOLDOWN_MS
      : Math.min(failed.retryAfterMs ?? RATE_COOLDOWN_MS, MAX_RATE_COOLDOWN_MS)
  return {
    ...state,
    status: 'cooldown',
    cooldownUntilMs: Math.max(nowMs + waitMs, state.cooldownUntilMs ?? 0),
  }
}

/** Refused: until it is reset or replaced, or one of the checks at growing intervals succeeds. */
export function invalid(state: UpstreamState, refusals: number, nowMs: number): UpstreamState {
  if (state.status === 'disabled') return state
  const waitMs = Math.min(FIRST_CHECK_MS * 2 ** refusals, LAST_CHECK_MS)
  return { ...state, status: 'invalid', cooldownUntilMs: nowMs + waitMs }
}

/** Whether an invalid key is due for a check; one that was set by hand has no time and is due at once. */
export function isCheckDue({ status, cooldownUntilMs }: UpstreamState, nowMs: number): boolean {
  return status === 'invalid' && (cooldownUntilMs ?? 0) <= nowMs
}

/** An invalid key was checked. If that does not show whether it is accepted, the next client's request decides. */
export function afterInvalidCheck(
  state: UpstreamState,
  accepted: boolean,
  nowMs: number,
): UpstreamState {
  return accepted
    ? { ...state, status: 'healthy', failureCount: 0, cooldownUntilMs: null }
    : { ...state, status: 'cooldown', cooldownUntilMs: nowMs }
}

export function afterKeyClockSetBack(state: UpstreamState, byMs: number): UpstreamState {
  const { cooldownUntilMs } = state
  return cooldownUntilMs === null ? state : { ...state, cooldownUntilMs: cooldownUntilMs - byMs }
}
