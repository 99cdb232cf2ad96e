/** What a batch of records becomes in the histograms, and rollup rows that share a key. */
import { expect, test } from 'bun:test'
import { lostRecord } from '../../../usage/journal-entry.ts'
import { bucketOf, overheadBucketOf } from '../../../usage/latency.ts'
import type { UsageRecord } from '../../../usage/record.ts'
import { folded } from './folded-rows.ts'
import { latencyRows, overheadRows } from './latency-rows.ts'

const NOON = Date.UTC(2026, 10, 28, 12)
const HALF_HOUR = 30 * 60_000

function record(changes: Partial<UsageRecord>): UsageRecord {
  const entry = { requestId: 'req', startedAtMs: NOON, userId: 1, apiKeyId: 1, endpoint: 'x' }
  const lost = lostRecord({ ...entry, model: 'm', stream: true, tokens: 1, reservedTokens: 0 })
  return { ...lost, ...changes }
}

function sentAfter(startedMs: number | undefined, changes: Partial<UsageRecord> = {}): UsageRecord {
  const attempt = { upstreamKeyId: 1, upstream: 'a', status: 200, failure: null, ambiguous: false }
  const times = startedMs === undefined ? {} : { startedMs }
  return record({ ...changes, attempts: [{ ...attempt, ...times }] })
}

test('times to the first token are counted by half hour, upstream and bucket', () => {
  const rows = latencyRows([
    record({ upstream: 'b', firstTokenMs: 100 }),
    record({ upstream: 'a', firstTokenMs: 0.5 }),
    record({ upstream: 'a', firstTokenMs: 100, startedAtMs: NOON + HALF_HOUR }),
    record({ upstream: 'b', firstTokenMs: 101, startedAtMs: NOON + HALF_HOUR - 1 }),
    record({ upstream: null, firstTokenMs: 1e9 }),
    record({ upstream: 'b', firstTokenMs: null }),
  ])
  expect(rows).toEqual([
    ['2026-11-28T12:00', '', bucketOf(1e9), 1],
    ['2026-11-28T12:00', 'a', 0, 1],
    ['2026-11-28T12:00', 'b', bucketOf(100), 2],
    ['2026-11-28T12:30', 'a', bucketOf(100), 1],
  ])
  expect(bucketOf(101)).toBe(bucketOf(100))
})

test("the gateway's own time is counted for requests that were sent", () => {
  const rows = overheadRows([
    sentAfter(0.2),
    sentAfter(0.2),
    sentAfter(undefined),
    record({ attempts: [] }),
    sentAfter(2, { startedAtMs: NOON - 1 }),
  ])
  expect(rows).toEqual([
    ['2026-11-28T11:30', overheadBucketOf(2), 1],
    ['2026-11-28T12:00', overheadBucketOf(0.2), 2],
  ])
})

test('rows with equal keys are added up, and all are ordered by key whatever their order was', () => {
  const made = () => [
    ['b', 1, 10, 0.5],
    ['a', 2, 20, 1],
    ['b', 1, 1, 0.25],
    ['a', 10, 3, 0],
  ]
  const sums = [
    ['a', 10, 3, 0],
    ['a', 2, 20, 1],
    ['b', 1, 11, 0.75],
  ]
  expect(folded(made(), 2)).toEqual(sums)
  expect(folded(made().reverse(), 2)).toEqual(sums)
})
