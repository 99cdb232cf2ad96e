/** What is read before anyone opens the overview. */
import { expect, test } from 'bun:test'
import type { BucketQuery, TimeRange } from '../../../usage/console-reports.ts'
import type { AdminApiParts } from './frame/parts.ts'
import { readAhead } from './overview.ts'

const HOUR_MS = 3_600_000

test('the figures and bars of the last day are requested, with the day before to compare', async () => {
  const sums: BucketQuery[] = []
  const times: TimeRange[] = []
  const reports = {
    sums: async (query: BucketQuery) => {
      sums.push(query)
      return []
    },
    firstToken: async (range: TimeRange) => {
      times.push(range)
      return []
    },
    overhead: async () => [],
  }
  const nowMs = () => Date.UTC(2026, 10, 29, 2, 10)
  await readAhead({ reports, nowMs } as unknown as AdminApiParts)
  const untilMs = Date.UTC(2026, 10, 29, 2, 30)
  const fromMs = untilMs - 24 * HOUR_MS
  const before = { fromMs: fromMs - 24 * HOUR_MS, untilMs: fromMs }
  expect(times).toEqual([{ fromMs, untilMs }, before])
  const [figures, bars] = sums
  expect(figures?.buckets).toEqual([before, { fromMs, untilMs }])
  expect(bars?.by).toEqual(['model'])
  expect([bars?.buckets.length, bars?.buckets[0]?.fromMs]).toEqual([48, fromMs])
})
