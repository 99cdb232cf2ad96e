/** What is recorded of ended requests, and when. */
import { expect, test } from 'bun:test'
import type { Caller } from '../access/caller.ts'
import type { UsageRecord } from './record.ts'
import { createEndedRequests } from './sinks.ts'

function noting() {
  const noted: string[] = []
  const ended = createEndedRequests({
    journal: { end: ({ requestId }: UsageRecord) => noted.push(`journal ${requestId}`) },
    metrics: {
      requestFinished: ({ requestId }: UsageRecord) => noted.push(`metrics ${requestId}`),
    },
    live: { add() {} },
    keyActivity: { used() {} },
    logger: {
      requestFinished: ({ requestId, user, durationMs }: Record<string, unknown>) =>
        noted.push(`log ${requestId} ${user} ${durationMs}`),
    },
  } as unknown as Parameters<typeof createEndedRequests>[0])
  const add = (requestId: string) =>
    ended.add(
      { requestId, attempts: [], durationMs: 1.6 } as unknown as UsageRecord,
      { user: { username: 'ann' }, key: { prefix: 'sk' } } as Caller,
    )
  return { noted, add, flush: ended.flush }
}

const ALL = ['journal a', 'journal b', 'metrics a', 'metrics b', 'log a ann 2', 'log b ann 2']

test('requests that end shortly after each other are noted together, once', async () => {
  const { noted, add } = noting()
  add('a')
  add('b')
  expect(noted).toEqual([])
  await Bun.sleep(30)
  expect(noted).toEqual(ALL)
  await Bun.sleep(10)
  expect(noted).toEqual(ALL)
})

test('a flush notes them at once, and what ends later is noted later', async () => {
  const { noted, add, flush } = noting()
  add('a')
  add('b')
  flush()
  expect(noted).toEqual(ALL)
  add('c')
  await Bun.sleep(30)
  expect(noted.slice(ALL.length)).toEqual(['journal c', 'metrics c', 'log c ann 2'])
})
