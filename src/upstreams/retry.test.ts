/** When another attempt is made, where, and how long it waits. */
import { describe, expect, test } from 'bun:test'
import { type Failure, type FailureClass, failure } from '../core/failure.ts'
import { isSpent, MAX_ATTEMPTS, nextStep } from './retry.ts'
import { createRetryBudget } from './retry-budget.ts'

const step = (failures: readonly Failure[], more: object = {}) =>
  nextStep({
    failures,
    other: false,
    fallback: false,
    resendOnReset: true,
    askedAgain: false,
    random: 0.5,
    ...more,
  })
const after = (kind: FailureClass, failed: object = {}, more: object = {}) =>
  step([failure(kind, '', failed)], more)

describe('another key or target', () => {
  test('is tried after all failures but those of the request', () => {
    for (const kind of ['connect', 'timeout', 'server', 'rate', 'quota', 'auth', 'model'] as const)
      expect(after(kind, {}, { other: true })).toEqual({ go: 'other' })
    for (const kind of ['client', 'context', 'filter'] as const)
      expect(after(kind, {}, { other: true })).toEqual({ go: 'stop' })
  })

  test('at most four attempts are made that may cost something', () => {
    const failed = (times: number) => Array(times).fill(failure('server', ''))
    expect(step(failed(MAX_ATTEMPTS - 1), { other: true })).toEqual({ go: 'other' })
    expect(step(failed(MAX_ATTEMPTS), { other: true })).toEqual({ go: 'stop' })
  })

  test('refusals and broken replies are counted separately, up to six together', () => {
    const refused = failure('server', '')
    const cut = failure('server', '', { ambiguous: true })
    const silent = failure('timeout', '', { ambiguous: true })
    expect(isSpent([refused, cut, refused, silent, refused])).toBe(false)
    expect(isSpent([refused, cut, refused, silent, refused, cut])).toBe(true)
    expect(isSpent([refused, cut, refused, refused, refused])).toBe(true)
    expect(isSpent([cut, silent, cut, refused, cut])).toBe(true)
  })

  test('attempts that cost nothing are not counted', () => {
    const dead = Array(11).fill(failure('auth', ''))
    expect(step(dead, { other: true })).toEqual({ go: 'other' })
    expect(step(Array(40).fill(failure('connect', '')), { other: true })).toEqual({ go: 'other' })
    const ambiguous = Array(4).fill(failure('connect', '', { ambiguous: true }))
    expect(step(ambiguous, { other: true })).toEqual({ go: 'stop' })
  })

  test('a request that two keys refuse without naming them is not shown to a third', () => {
    const refused = failure('auth', '', { scope: 'request' })
    expect(step([refused], { other: true })).toEqual({ go: 'other' })
    expect(step([refused, refused], { other: true })).toEqual({ go: 'stop' })
  })
})

describe('the only key', () => {
  test('is asked once more after a moment', () => {
    expect(after('server')).toEqual({ go: 'same', waitMs: 600 })
    expect(after('server', {}, { askedAgain: true })).toEqual({ go: 'stop' })
  })

  test('is not asked again if it refused, lacks the model or was silent', () => {
    for (const kind of ['auth', 'quota', 'model', 'timeout'] as const)
      expect(after(kind)).toEqual({ go: 'stop' })
  })

  test('a 429 is retried on the same key if that means at most five seconds', () => {
    expect(after('rate', { retryAfterMs: 5000 })).toEqual({ go: 'same', waitMs: 5000 })
    expect(after('rate', { retryAfterMs: 5001 })).toEqual({ go: 'stop' })
    expect(after('rate')).toEqual({ go: 'stop' })
  })

  test('a reset is not repeated if that is switched off', () => {
    expect(after('connect', { reset: true }, { resendOnReset: false })).toEqual({ go: 'stop' })
  })
})

test('retries are at most a fifth of the traffic once the first allowance is spent', () => {
  const budget = createRetryBudget()
  while (budget.spend());
  let retries = 0
  for (let request = 0; request < 1000; request++) {
    budget.earn()
    if (budget.spend()) retries++
  }
  expect(retries).toBeGreaterThanOrEqual(199)
  expect(retries).toBeLessThanOrEqual(200)
})
