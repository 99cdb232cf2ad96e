/** What the live view shows of requests, and what it leaves out. */
import { expect, test } from 'bun:test'
import type { Caller } from '../../access/caller.ts'
import { SYSTEM_USER_ID } from '../../core/entities.ts'
import type { UsageRecord } from '../record.ts'
import { createLive } from './live.ts'
import type { LiveRow, Refusal } from './live-row.ts'

const callerOf = (userId: number) =>
  ({ user: { id: userId, username: 'u' }, key: { id: 1, name: 'k' } }) as Caller

function recordOf(userId: number): UsageRecord {
  const attempt = { upstreamKeyId: 7, status: 200, failure: null }
  return {
    ...{ requestId: `r${userId}`, startedAtMs: 0, userId, apiKeyId: 1, totalTokens: 3 },
    ...{ outcome: 'ok', attempts: [attempt], firstTokenMs: 5 },
  } as unknown as UsageRecord
}

function refusalOf(userId: number): Refusal {
  return {
    ...{ requestId: `x${userId}`, startedAtMs: 0, durationMs: 1, caller: callerOf(userId) },
    ...{ endpoint: null, model: null, stream: false },
    ...{ status: 400, code: 'c', message: 'm', figures: [] },
  }
}

test('requests of the gateway’s own are not shown and not counted, but tell of upstreams', () => {
  const live = createLive(() => 0)
  const rows: LiveRow[] = []
  live.watch({ row: (row) => rows.push(row), skipped() {} })
  for (const userId of [SYSTEM_USER_ID, 2]) {
    live.add(recordOf(userId), callerOf(userId))
    live.refuse(refusalOf(userId))
  }
  expect(rows.map(({ requestId }) => requestId)).toEqual(['r2', 'x2'])
  expect(live.refused.find(`x${SYSTEM_USER_ID}`)).toBeNull()
  expect(live.lastMinute()).toEqual({ requests: 1, errors: 0, tokens: 3 })
  expect(live.outcomesOf(7)).toHaveLength(2)
})
