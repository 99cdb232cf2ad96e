/** What is remembered of refused requests, and how the list of them filters and sorts. */
import { expect, test } from 'bun:test'
import type { Caller } from '../../access/caller.ts'
import type { RequestQuery } from '../console-reports.ts'
import { refusedRequest } from './live-row.ts'
import { createRefusedRequests } from './refused-requests.ts'

const ALL: RequestQuery = {
  ...{ userId: null, apiKeyId: null, model: null, upstream: null, outcome: null },
  ...{ fromMs: 0, untilMs: 1e12, minStatus: 0, maxStatus: 0, after: null, limit: 100_000 },
}

function refusalOf(keyId: number, atMs: number) {
  const caller = { user: { id: 1, username: 'u' }, key: { id: keyId, name: 'k' } }
  return refusedRequest({
    ...{ requestId: `r${keyId}-${atMs}`, startedAtMs: atMs, durationMs: 1, model: 'm' },
    ...{ endpoint: 'chat/completions', stream: false, status: 429, code: 'c', message: '' },
    ...{ caller: caller as Caller, figures: [] },
  })
}

test('a flood of one key leaves those of other keys in place', () => {
  const refused = createRefusedRequests()
  refused.add(refusalOf(1, 1_000))
  for (let at = 0; at < 5_000; at++) refused.add(refusalOf(2, 2_000 + at))
  expect(refused.find('r1-1000')).not.toBeNull()
  expect(refused.list({ ...ALL, apiKeyId: 2 })).toHaveLength(50)
  expect(refused.find('r2-6999')).not.toBeNull()
})

test('the keys that were refused least recently are forgotten first', () => {
  const refused = createRefusedRequests()
  for (let key = 1; key <= 1_000; key++) refused.add(refusalOf(key, key))
  expect(refused.list(ALL)).toHaveLength(200)
  expect(refused.find('r1-1')).toBeNull()
  expect(refused.find('r1000-1000')).not.toBeNull()
})

test('the list is the newest first, and filters as the list of recorded requests does', () => {
  const refused = createRefusedRequests()
  for (const at of [20, 30, 10]) refused.add(refusalOf(1, at))
  const ids = (query: Partial<RequestQuery>) =>
    refused.list({ ...ALL, ...query }).map(({ requestId }) => requestId)
  expect(ids({})).toEqual(['r1-30', 'r1-20', 'r1-10'])
  expect(ids({ limit: 1 })).toEqual(['r1-30'])
  expect(ids({ fromMs: 20, untilMs: 30 })).toEqual(['r1-20'])
  expect(ids({ minStatus: 400, maxStatus: 499 })).toHaveLength(3)
  for (const query of [
    { outcome: 'ok' },
    { upstream: 'u' },
    { model: 'x' },
    { userId: 9 },
    { minStatus: 500, maxStatus: 599 },
  ])
    expect(ids(query)).toEqual([])
  const after = { startedAt: new Date(20).toISOString(), requestId: 'r1-20' }
  expect(ids({ after })).toEqual(['r1-10'])
})
