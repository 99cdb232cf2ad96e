/** The circuit breaker of one model at one key, or of one host, as pure steps from state to state. */
import type { Failure } from '../../core/failure.ts'
import type { Admission } from '../../routing/choose-candidate.ts'

export interface BreakerRules {
  /** Consecutive failures that open it. */
  threshold: number
  /** Its first cooldown; each further one is twice as long. */
  cooldownMs: number
  /** The longest cooldown. */
  maxCooldownMs: number
}

/**
 * Why it is not simply closed. `cooldown`: a run of failures. `degraded`: a high rate of them. `limited`: a
 * 429. `missing`: the model is not there.
 */
export type BreakerStatus = 'healthy' | 'cooldown' | 'degraded' | 'limited' | 'missing'

export interface BreakerState {
  status: BreakerStatus
  /** Consecutive failures. */
  failureCount: number
  /** Times it opened since it last worked for a while; decides the next cooldown. */
  openings: number
  /** Consecutive successes. */
  streak: number
  /** Wall clock; null while it is closed. */
  untilMs: number | null
  /** Redacted; never holds a key. */
  lastError: string | null
  /** Attempts and failures of late, older ones weighing less. */
  recent: { attempts: number; failures: number; atMs: number }
}

/** An absurd `retry-after` must not lock a key away for a day. */
export const MAX_RATE_COOLDOWN_MS = 10 * 60_000
/** Access that was granted, or a deployment that was made, is seen after this. */
export const MISSING_MS = 5 * 60_000
/** The weight of an attempt falls to a third after this. */
const WINDOW_MS = 30_000
/** Opens if at least half of so many recent attempts failed. */
const MIN_RATE_ATTEMPTS = 10
const OPENING_RATE = 0.5
/** How unlikely a run of failures must be to open it. */
const UNLIKELY = 1e-6
/** Few attempts say little of the usual share of failures, so it counts as lower. */
const UNKNOWN_ATTEMPTS = 10

export function closedBreaker(nowMs: number): BreakerState {
  return {
    status: 'healthy',
    failureCount: 0,
    openings: 0,
    streak: 0,
    untilMs: null,
    lastError: null,
    recent: { attempts: 0, failures: 0, atMs: nowMs },
  }
}

/** `probe`: half-open, one request at a time may try. */
export function admission(state: BreakerState, nowMs: number): Admission {
  const rests = (state.untilMs ?? 0) > nowMs
  switch (state.status) {
    case 'healthy':
      return 'allow'
    case 'cooldown':
      return rests ? 'deny' : 'probe'
    case 'degraded':
      return rests ? 'avoid' : 'allow'
    case 'limited':
      return rests ? 'deny' : 'allow'
    case 'missing':
      return rests ? 'last' : 'allow'
  }
}

/** What was sent before it opened says nothing about what was learnt since. */
export function isOpen({ status, untilMs }: BreakerState, nowMs: number): boolean {
  return status !== 'healthy' && (untilMs ?? 0) > nowMs
}

export function afterSuccess(
  state: BreakerState,
  { threshold }: BreakerRules,
  nowMs: number,
): BreakerState {
  const recent = counted(state, 0, nowMs)
  // A degraded or missing one that is asked all the same and answers is getting better.
  if (isOpen(state, nowMs) && state.status !== 'missing') return { ...state, recent }
  const streak = state.streak + 1
  const openings = streak >= threshold ? 0 : state.openings
  return { ...closed(state), failureCount: 0, streak, openings, recent }
}

/**
 * The first event of a stream was good: a probe has its verdict, however long the stream runs on. The
 * failures before it are forgotten at its end, so that a cut opens the breaker again at once.
 */
export function afterFirstEvent(state: BreakerState, nowMs: number): BreakerState {
  if (state.status === 'healthy') return state
  return isOpen(state, nowMs) && state.status !== 'missing' ? state : closed(state)
}

/** A model's failure, or a host's; those of a request or a key are none of its business. */
export function afterFailure(
  state: BreakerState,
  failed: Failure,
  rules: BreakerRules,
  nowMs: number,
): BreakerState {
  const known = { ...state, lastError: failed.detail }
  if (failed.class === 'rate') return limited(known, failed, rules, nowMs)
  if (failed.class === 'model') return opened(known, 'missing', nowMs + MISSING_MS)
  const failureCount = state.failureCount + 1
  // What fails during an outage says nothing about the usual share of failures.
  if (state.status === 'cooldown' && isOpen(state, nowMs))
    return { ...known, failureCount, streak: 0 }
  const recent = counted(state, 1, nowMs)
  const next: BreakerState = { ...known, failureCount, streak: 0, recent }
  if (isOpen(state, nowMs)) return next
  if (next.failureCount >= tellingRun(state, rules)) return coolDown(next, 'cooldown', rules, nowMs)
  const { attempts, failures } = next.recent
  const failing = attempts >= MIN_RATE_ATTEMPTS && failures >= attempts * OPENING_RATE
  return failing ? coolDown(next, 'degraded', rules, nowMs) : next
}

/**
 * How many failures in a row are no chance. An upstream with a tenth of failures has five in a row every 100,000
 * requests, and one with a sixth every 10,000, although it answers nearly everything: such a run has to be longer, so
 * long that the share of failures before it makes it as unlikely as 1 in 1,000,000.
 */
function tellingRun({ recent, failureCount }: BreakerState, { threshold }: BreakerRules): number {
  const failures = Math.max(0, recent.failures - failureCount)
  if (failures === 0) return threshold
  const attempts = Math.max(failures, recent.attempts - failureCount)
  const share = failures / (attempts + UNKNOWN_ATTEMPTS)
  return Math.max(threshold, Math.ceil(Math.log(UNLIKELY) / Math.log(share)))
}

/** Opens without a run of failures: another key answered the very request that this one refused. */
export function openAtOnce(state: BreakerState, rules: BreakerRules, nowMs: number): BreakerState {
  return isOpen(state, nowMs) ? state : coolDown(state, 'degraded', rules, nowMs)
}

/** A check without a client's request: what it reached gets its traffic back, but one failure opens it again. */
export function afterCheck(
  state: BreakerState,
  reachable: boolean,
  rules: BreakerRules,
  nowMs: number,
): BreakerState {
  if (state.status !== 'cooldown' || isOpen(state, nowMs)) return state
  if (!reachable) return coolDown(state, 'cooldown', rules, nowMs)
  return { ...closed(state), failureCount: rules.threshold - 1 }
}

/** Cooldowns end by the wall clock: set back, it would add to them what it was set back by. */
export function afterClockSetBack(state: BreakerState, byMs: number): BreakerState {
  return state.untilMs === null ? state : { ...state, untilMs: state.untilMs - byMs }
}

/** Nothing is known of it that a new one would not know. */
export function isForgettable(state: BreakerState, nowMs: number): boolean {
  return (
    state.status === 'healthy' &&
    state.failureCount === 0 &&
    state.openings === 0 &&
    counted(state, 0, nowMs).attempts < 2
  )
}

export function cooldownOf(openings: number, { cooldownMs, maxCooldownMs }: BreakerRules): number {
  const longest = Math.max(cooldownMs, maxCooldownMs)
  return Math.min(longest, cooldownMs * 2 ** Math.max(0, openings - 1))
}

function limited(
  state: BreakerState,
  { retryAfterMs }: Failure,
  rules: BreakerRules,
  nowMs: number,
): BreakerState {
  // Without a wait, each 429 in a row doubles it; those that arrive while it rests are of the same moment.
  const openings = isOpen(state, nowMs) ? state.openings : state.openings + 1
  const waitMs = Math.min(retryAfterMs ?? cooldownOf(openings, rules), MAX_RATE_COOLDOWN_MS)
  const grown = retryAfterMs === null ? { ...state, openings, streak: 0 } : state
  return opened(grown, 'limited', nowMs + waitMs)
}

function coolDown(
  state: BreakerState,
  status: 'cooldown' | 'degraded',
  rules: BreakerRules,
  nowMs: number,
): BreakerState {
  const openings = state.openings + 1
  const recent = { attempts: 0, failures: 0, atMs: nowMs }
  const next = { ...state, openings, recent, streak: 0 }
  return opened(next, status, nowMs + cooldownOf(openings, rules))
}

/** A shorter rest never cuts a longer one that is running. */
function opened(state: BreakerState, status: BreakerStatus, untilMs: number): BreakerState {
  if (state.status !== 'healthy' && (state.untilMs ?? 0) > untilMs) return state
  return { ...state, status, untilMs }
}

function closed(state: BreakerState): BreakerState {
  return { ...state, status: 'healthy', untilMs: null }
}

function counted({ recent }: BreakerState, failures: 0 | 1, nowMs: number) {
  const fade = Math.exp(-Math.max(0, nowMs - recent.atMs) / WINDOW_MS)
  return {
    attempts: recent.attempts * fade + 1,
    failures: recent.failures * fade + failures,
    atMs: nowMs,
  }
}
