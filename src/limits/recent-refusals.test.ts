/** A limit that refused is not asked again before it has capacity. */
import { expect, test } from 'bun:test'
import { createRefusals } from './recent-refusals.ts'
import type { Limit } from './rules.ts'

const limit = (measure: 'requests' | 'tokens', most = 5): Limit => ({
  counter: `key:1:${measure}`,
  limit: most,
  amount: 1,
  measure,
  address: null,
})
const refusing = (waitMs: number) => [{ used: 5, resetMs: waitMs, waitMs }]

test('a limit of requests refuses until it has a place, and not if it was changed', () => {
  let now = 1_000
  const refusals = createRefusals(() => now)
  expect(refusals.none()).toBe(true)
  refusals.remember([limit('requests')], refusing(500))
  expect(refusals.among([limit('requests')])).toEqual([{ used: 5, resetMs: 500, waitMs: 500 }])
  expect(refusals.among([limit('requests', 6)])).toBeNull()
  refusals.remember([limit('requests')], refusing(500))
  now += 500
  expect(refusals.among([limit('requests')])).toBeNull()
  expect(refusals.none()).toBe(true)
})

test('a limit of tokens depends on the request, which is not read yet', () => {
  const refusals = createRefusals(() => 0)
  refusals.remember([limit('tokens')], refusing(500))
  expect(refusals.none()).toBe(true)
})
