/** When another try is made, and how long it waits. */
import { describe, expect, test } from 'bun:test'
import { type FailureClass, failure } from '../core/failure.ts'
import { nextStep } from './retry.ts'
import { readRetryAfterMs } from './retry-after.ts'
import { createRetryBudget } from './retry-budget.ts'

const step = (kind: FailureClass, more: object = {}, failed: object = {}) =>
  nextStep({
    failed: failure(kind, '', failed),
    attempts: 1,
    otherKey: false,
    resendOnReset: true,
    askedAgain: false,
    random: 0.5,
    ...more,
  })

describe('after a failure', () => {
  test('another key is tried for all but client errors, up to three tries', () => {
    for (const kind of ['local', 'server', 'rate', 'quota', 'auth'] as const) {
      expect(step(kind, { otherKey: true })).toEqual({ go: 'other' })
      expect(step(kind, { otherKey: true, attempts: 3 })).toEqual({ go: 'stop' })
    }
    expect(step('client', { otherKey: true })).toEqual({ go: 'stop' })
  })

  test('the only key is asked once more after a moment', () => {
    expect(step('server')).toEqual({ go: 'same', waitMs: 600 })
    expect(step('server', { askedAgain: true })).toEqual({ go: 'stop' })
    expect(step('auth')).toEqual({ go: 'stop' })
  })

  test('a silent upstream is never asked again on the same key', () => {
    expect(step('local', {}, { timedOut: true })).toEqual({ go: 'stop' })
  })

  test('a 429 on the only key is waited for where that is at most five seconds', () => {
    expect(step('rate', {}, { retryAfterMs: 5000 })).toEqual({ go: 'same', waitMs: 5000 })
    expect(step('rate', {}, { retryAfterMs: 5001 })).toEqual({ go: 'stop' })
    expect(step('rate')).toEqual({ go: 'stop' })
  })

  test('a reset is not repeated where that is switched off', () => {
    expect(step('local', { resendOnReset: false }, { reset: true })).toEqual({ go: 'stop' })
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

describe('retry-after', () => {
  const read = (headers: Record<string, string>) =>
    readRetryAfterMs((name) => headers[name] ?? null, Date.UTC(2026, 0, 1))
  test.each([
    [{ 'retry-after': '3' }, 3000],
    [{ 'retry-after-ms': '250', 'retry-after': '3' }, 250],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:07 GMT' }, 7000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
    [{ 'retry-after': '-1' }, null],
    [{ 'retry-after': 'soon' }, null],
    [{}, null],
  ])('%j is %p ms', (headers, expected) => {
    expect(read(headers as Record<string, string>)).toBe(expected as number)
  })
})
