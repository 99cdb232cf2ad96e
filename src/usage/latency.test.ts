/** Percentiles of merged histograms. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { bucketOf, overheadBucketOf, overheadPercentile, percentile } from './latency.ts'

const countsOf = (times: readonly number[]) =>
  times.map((ms) => ({ bucket: bucketOf(ms), requests: 1 }))

describe('percentile', () => {
  test('of nothing is nothing, and not 0', () => {
    expect(percentile([], 0.5)).toBeNull()
  })

  test('is within a fifth of the exact one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 2, max: 600_000 }), { minLength: 1, maxLength: 300 }),
        fc.constantFrom(0.5, 0.95),
        (times, share) => {
          const sorted = [...times].sort((one, other) => one - other)
          const exact = sorted[Math.ceil(share * times.length) - 1] as number
          const read = percentile(countsOf(times), share) as number
          expect(Math.abs(read - exact) / exact).toBeLessThan(0.2)
        },
      ),
    )
  })

  test('of a merged range is that of all requests, and not the average of its parts', () => {
    const quiet = countsOf(Array.from({ length: 10 }, () => 10_000))
    const busy = countsOf(Array.from({ length: 990 }, () => 100))
    expect(percentile([...quiet, ...busy], 0.95) as number).toBeLessThan(120)
  })
})

test('the gateway’s own time is measured below a millisecond', () => {
  const counts = [0.1, 0.2, 0.4].map((ms) => ({ bucket: overheadBucketOf(ms), requests: 1 }))
  expect(overheadPercentile(counts, 0.5)).toBeCloseTo(0.2, 1)
  expect(overheadPercentile([], 0.5)).toBeNull()
})
