/** The breaker of one model at one key: what opens it, for how long, and how it closes. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type FailureClass, failure } from '../../core/failure.ts'
import {
  admission,
  afterCheck,
  afterClockSetBack,
  afterFailure,
  afterFirstEvent,
  afterSuccess,
  type BreakerState,
  closedBreaker,
  MAX_RATE_COOLDOWN_MS,
  MISSING_MS,
  openAtOnce,
} from './breaker.ts'

const RULES = { threshold: 3, cooldownMs: 5_000, maxCooldownMs: 60_000 }
const START = closedBreaker(0)
const BROKEN = failure('server', 'status 500')

function failing(times: number, state: BreakerState = START, nowMs = 0): BreakerState {
  let next = state
  for (let time = 0; time < times; time++) next = afterFailure(next, BROKEN, RULES, nowMs)
  return next
}

describe('a run of failures', () => {
  test('opens it at the threshold, and a probe passes once the cooldown is over', () => {
    expect(admission(failing(2), 0)).toBe('allow')
    const open = failing(3)
    expect(open).toMatchObject({ status: 'cooldown', failureCount: 3, lastError: 'status 500' })
    expect(admission(open, 4_999)).toBe('deny')
    expect(admission(open, 5_000)).toBe('probe')
  })

  test('a success in between starts the count again', () => {
    expect(failing(2, afterSuccess(failing(2), RULES, 0)).status).toBe('healthy')
  })

  test('each failed probe doubles the cooldown, from 5 s up to 60 s', () => {
    let state = failing(3)
    const waits: number[] = []
    for (let probe = 0; probe < 6; probe++) {
      const untilMs = state.untilMs ?? 0
      state = afterFailure(state, BROKEN, RULES, untilMs)
      waits.push((state.untilMs ?? 0) - untilMs)
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000])
  })

  test('it starts at 5 s again only after a run of successes', () => {
    let state = failing(3, failing(3), 5_000)
    state = afterSuccess(state, RULES, 15_000)
    const opened = failing(3, state, 15_000)
    expect((opened.untilMs ?? 0) - 15_000).toBe(20_000)
    for (let success = 0; success < 3; success++) state = afterSuccess(state, RULES, 15_000)
    const later = failing(3, state, 15_000)
    expect((later.untilMs ?? 0) - 15_000).toBe(5_000)
  })

  test('what ends while it is open says nothing: it was sent before', () => {
    const open = failing(3)
    expect(afterSuccess(open, RULES, 1).status).toBe('cooldown')
    expect(failing(5, open, 1).untilMs).toBe(open.untilMs)
  })

  test('the first event of a probing stream closes it, a cut opens it again at once', () => {
    const begun = afterFirstEvent(failing(3), 5_000)
    expect(admission(begun, 5_000)).toBe('allow')
    expect(failing(1, begun, 6_000).status).toBe('cooldown')
  })
})

describe('a run of failures at an upstream that fails now and then', () => {
  const FIVE = { ...RULES, threshold: 5 }
  /** After `attempts`; every `every`-th failed, but not the last one. */
  const failingEvery = (every: number, attempts: number) => {
    let state = START
    for (let attempt = 1; attempt <= attempts; attempt++)
      state =
        attempt % every === 1 ? afterFailure(state, BROKEN, FIVE, 0) : afterSuccess(state, FIVE, 0)
    return state
  }
  const runThatOpens = (state: BreakerState) => {
    let next = state
    for (let run = 1; run <= 100; run++) {
      next = afterFailure(next, BROKEN, FIVE, 0)
      if (next.status === 'cooldown') return run
    }
    return null
  }

  test('opens it only if chance alone would hardly bring it', () => {
    expect(runThatOpens(failingEvery(100, 1000))).toBe(5)
    expect(runThatOpens(failingEvery(10, 1000))).toBe(6)
    expect(runThatOpens(failingEvery(6, 1200))).toBe(8)
  })

  test('opens it near the threshold if little is known', () => {
    expect(runThatOpens(START)).toBe(5)
    expect(runThatOpens(failingEvery(4, 4))).toBe(6)
  })

  test('does not open it in 100,000 requests with a sixth of failures at random', () => {
    let state = START
    let seed = 1
    for (let request = 0; request < 100_000; request++) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      const nowMs = request * 20
      state =
        seed / 2 ** 32 < 0.17
          ? afterFailure(state, BROKEN, FIVE, nowMs)
          : afterSuccess(state, FIVE, nowMs)
      expect(state.status).not.toBe('cooldown')
    }
  })
})

describe('a rate of failures', () => {
  const alternating = (attempts: number) => {
    let state = START
    for (let attempt = 0; attempt < attempts; attempt++)
      state = attempt % 2 === 0 ? failing(1, state) : afterSuccess(state, RULES, 0)
    return state
  }

  test('of a half opens it without a run, to be avoided but not denied', () => {
    expect(alternating(9).status).toBe('healthy')
    const open = alternating(11)
    expect(open.status).toBe('degraded')
    expect(admission(open, 4_999)).toBe('avoid')
    expect(admission(open, 5_000)).toBe('allow')
  })

  test('of a tenth never does', () => {
    let state = START
    for (let attempt = 0; attempt < 200; attempt++) {
      state = attempt % 10 === 0 ? failing(1, state) : afterSuccess(state, RULES, 0)
      expect(state.status).toBe('healthy')
    }
  })

  test('failures of long ago weigh nothing', () => {
    let state = START
    for (let attempt = 0; attempt < 100; attempt++) {
      const nowMs = attempt * 60_000
      state = attempt % 2 === 0 ? failing(1, state, nowMs) : afterSuccess(state, RULES, nowMs)
    }
    expect(state.status).toBe('healthy')
  })
})

describe('a 429', () => {
  const limited = (retryAfterMs: number | null, state = START, nowMs = 0) =>
    afterFailure(state, failure('rate', '429', { retryAfterMs }), RULES, nowMs)

  test('rests for the wait it names, and then needs no probe', () => {
    const state = limited(7_000)
    expect(admission(state, 6_999)).toBe('deny')
    expect(admission(state, 7_000)).toBe('allow')
    expect(state.failureCount).toBe(0)
  })

  test('without a wait rests for 5 s, then for twice as long; an absurd wait is bounded', () => {
    const first = limited(null)
    expect(first.untilMs).toBe(5_000)
    expect(limited(null, first, 5_000).untilMs).toBe(15_000)
    expect(limited(1e15).untilMs).toBe(MAX_RATE_COOLDOWN_MS)
  })

  test('a shorter wait does not end a longer one', () => {
    expect(limited(1_000, limited(60_000)).untilMs).toBe(60_000)
  })
})

test('a model that is not there is asked for last, for minutes', () => {
  const state = afterFailure(START, failure('model', '404'), RULES, 0)
  expect(admission(state, MISSING_MS - 1)).toBe('last')
  expect(admission(state, MISSING_MS)).toBe('allow')
  expect(afterSuccess(state, RULES, 1).status).toBe('healthy')
})

test('what refused a request that another key answered is avoided for a while', () => {
  expect(admission(openAtOnce(START, RULES, 0), 4_999)).toBe('avoid')
})

test('a check that reaches the upstream lets traffic back in, and one failure opens it again', () => {
  const open = failing(3)
  expect(afterCheck(open, true, RULES, 4_999)).toBe(open)
  expect(afterCheck(open, false, RULES, 5_000)).toMatchObject({ untilMs: 15_000 })
  const checked = afterCheck(open, true, RULES, 5_000)
  expect(admission(checked, 5_000)).toBe('allow')
  expect(failing(1, checked, 6_000).untilMs).toBe(16_000)
})

test('a clock set back does not make a cooldown longer', () => {
  expect(afterClockSetBack(failing(3), 1_000).untilMs).toBe(4_000)
})

test('a rest is never longer than the longest wait, and time alone ends it', () => {
  const step = fc.record({
    afterMs: fc.nat(100_000),
    what: fc.constantFrom<FailureClass | 'success'>(
      'success',
      'server',
      'connect',
      'rate',
      'model',
    ),
    retryAfterMs: fc.option(fc.nat(2 ** 40)),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let nowMs = 0
      let state = START
      for (const { afterMs, what, retryAfterMs } of steps) {
        nowMs += afterMs
        state =
          what === 'success'
            ? afterSuccess(state, RULES, nowMs)
            : afterFailure(state, failure(what, '', { retryAfterMs }), RULES, nowMs)
        expect((state.untilMs ?? nowMs) - nowMs).toBeLessThanOrEqual(MAX_RATE_COOLDOWN_MS)
        expect(admission(state, nowMs + MAX_RATE_COOLDOWN_MS)).toMatch(/^(allow|probe)$/)
      }
    }),
  )
})
