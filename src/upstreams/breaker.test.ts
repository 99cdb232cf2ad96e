/** The breaker's steps, by example and against any sequence of events. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { UpstreamState } from '../core/entities.ts'
import { type FailureClass, failure } from '../core/failure.ts'
import {
  admission,
  afterClockSetBack,
  afterFailure,
  afterFirstEvent,
  afterSuccess,
  MAX_RATE_COOLDOWN_MS,
  QUOTA_COOLDOWN_MS,
} from './breaker.ts'

const RULES = { threshold: 3, cooldownMs: 1000 }
const FRESH: UpstreamState = {
  status: 'healthy',
  failureCount: 0,
  totalRequests: 0,
  totalErrors: 0,
  cooldownUntilMs: null,
  lastError: null,
}
const fail = (
  state: UpstreamState,
  kind: FailureClass,
  nowMs = 0,
  retryAfterMs: number | null = null,
) => afterFailure(state, failure(kind, kind, { retryAfterMs }), RULES, nowMs)

describe('the breaker', () => {
  test('opens at the threshold, lets a probe pass after the cooldown, and closes on success', () => {
    let state = FRESH
    for (let count = 0; count < 2; count++) state = fail(state, 'server')
    expect(admission(state, RULES, 0)).toBe('yes')
    state = fail(state, 'local')
    expect(admission(state, RULES, 999)).toBe('no')
    expect(admission(state, RULES, 1000)).toBe('probe')
    expect(admission(fail(state, 'server', 1000), RULES, 1500)).toBe('no')
    expect(admission(afterSuccess(state, 1000), RULES, 1000)).toBe('yes')
  })

  test('a success in between starts the count anew', () => {
    const state = fail(
      fail(afterSuccess(fail(fail(FRESH, 'server'), 'server'), 0), 'server'),
      'server',
    )
    expect(state.status).toBe('healthy')
  })

  test('a 429 cools the key for its retry-after, at most ten minutes, without counting', () => {
    expect(fail(FRESH, 'rate', 0, 2000)).toMatchObject({
      status: 'cooldown',
      cooldownUntilMs: 2000,
      failureCount: 0,
    })
    expect(fail(FRESH, 'rate', 0, 1e12).cooldownUntilMs).toBe(MAX_RATE_COOLDOWN_MS)
    expect(admission(fail(FRESH, 'rate', 0, 2000), RULES, 2000)).toBe('yes')
  })

  test('a spent quota cools for long, a refused key is invalid, a client error touches nothing', () => {
    expect(fail(FRESH, 'quota').cooldownUntilMs).toBe(QUOTA_COOLDOWN_MS)
    expect(fail(FRESH, 'auth').status).toBe('invalid')
    expect(fail(FRESH, 'client')).toEqual({ ...FRESH, totalRequests: 1 })
  })

  test('never takes a key into use that an operator disabled', () => {
    const events = fc.array(
      fc.constantFrom<FailureClass | 'ok'>(
        'ok',
        'local',
        'server',
        'rate',
        'quota',
        'auth',
        'client',
      ),
    )
    fc.assert(
      fc.property(events, (sequence) => {
        let state: UpstreamState = { ...FRESH, status: 'disabled' }
        for (const event of sequence)
          state = event === 'ok' ? afterSuccess(state, 0) : fail(state, event)
        expect(state.status).toBe('disabled')
        expect(state.totalRequests).toBe(sequence.length)
      }),
    )
  })

  test('is open exactly after `threshold` failures in a row, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (successes) => {
        let state = FRESH
        let inRow = 0
        let nowMs = 0
        for (const success of successes) {
          // What is asked while it is open is a probe, once its cooldown is over.
          nowMs = Math.max(nowMs, state.cooldownUntilMs ?? 0)
          state = success ? afterSuccess(state, nowMs) : fail(state, 'server', nowMs)
          inRow = success ? 0 : inRow + 1
          expect(admission(state, RULES, nowMs) === 'no').toBe(inRow >= RULES.threshold)
        }
      }),
    )
  })

  test('a success that was under way when the key was set aside changes nothing but the count', () => {
    for (const aside of [fail(FRESH, 'rate', 0, 60_000), fail(FRESH, 'quota'), fail(FRESH, 'auth')])
      expect(afterSuccess(aside, 2_000)).toEqual({ ...aside, totalRequests: 2 })
  })

  test('the first event of a probe closes it, and a cut of the same stream opens it again', () => {
    let state = FRESH
    for (let count = 0; count < RULES.threshold; count++) state = fail(state, 'server')
    expect(afterFirstEvent(state, 999)).toBe(state)
    const begun = afterFirstEvent(state, 1000)
    expect(admission(begun, RULES, 1000)).toBe('yes')
    expect(admission(fail(begun, 'server', 1001), RULES, 1001)).toBe('no')
    expect(afterSuccess(begun, 1001)).toMatchObject({ status: 'healthy', failureCount: 0 })
  })

  test('streams that begin well and are cut open it all the same', () => {
    let state = FRESH
    for (let count = 0; count < RULES.threshold; count++)
      state = fail(afterFirstEvent(state, 0), 'server')
    expect(admission(state, RULES, 0)).toBe('no')
  })

  test('a clock that is set back does not make a cooldown longer', () => {
    const cooling = fail(FRESH, 'rate', 3_600_000, 5_000)
    const setBack = afterClockSetBack(cooling, 3_600_000)
    expect(admission(setBack, RULES, 4_999)).toBe('no')
    expect(admission(setBack, RULES, 5_000)).toBe('yes')
    expect(afterClockSetBack(FRESH, 3_600_000)).toBe(FRESH)
  })
})
