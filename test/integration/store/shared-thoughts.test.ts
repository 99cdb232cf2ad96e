/** Thoughts of calls with a real Redis: a turn that begins at one instance goes on at another. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connectRedis, type RedisConnection } from '../../../src/adapters/redis/connection.ts'
import { openThoughts } from '../../../src/main/compose/gateway/thoughts.ts'
import type { Remembered } from '../../../src/protocols/translation/thoughts.ts'
import { type RedisServer, startRedis } from '../../support/servers/redis-server.ts'
import { waitFor } from '../../support/waiting.ts'

const KEY = new Uint8Array(32).fill(7)
const ANNA = 3
const remembered: Remembered = {
  thoughts: [
    {
      type: 'reasoning',
      text: 'a confidential thought',
      signature: { vendor: 'anthropic', account: 'main', payload: 'Eq+/==' },
    },
  ],
  signature: null,
}

let redis: RedisServer
const connections: RedisConnection[] = []

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(async () => {
  for (const connection of connections) connection.close()
  await redis.close()
})

async function instance(key = KEY, url = redis.url) {
  const connection = connectRedis({
    url,
    // Far longer than at a gateway: a busy machine is no lost Redis.
    deadlineMs: 10_000,
    onJoined() {},
    onLost() {},
  })
  connections.push(connection)
  await connection.triedOnce
  return openThoughts(connection, async () => key)
}

const stored = () => redis.cli('KEYS', 'thought:*').split('\n').filter(Boolean)

test('what one instance remembers, another one recalls, for its caller alone', async () => {
  const [first, second] = [await instance(), await instance()]
  first.of(ANNA).remember(new Map([['call_1', remembered]]))
  await waitFor('the thought', () => stored().length === 1)
  expect(await second.of(ANNA).recall(['call_0', 'call_1'])).toEqual(
    new Map([['call_1', remembered]]),
  )
  expect(await second.of(ANNA + 1).recall(['call_1'])).toEqual(new Map())
})

test('it lasts for hours, and nothing of it is readable in Redis', async () => {
  const thoughts = await instance()
  thoughts.of(ANNA).remember(new Map([['call_secret', remembered]]))
  await waitFor('the thought', () => stored().length >= 2)
  for (const name of stored()) {
    const value = redis.cli('GET', name)
    expect(value.length).toBeGreaterThan(50)
    for (const word of ['confidential', 'Eq+/', 'anthropic']) expect(value).not.toContain(word)
    expect(name).not.toContain('call_secret')
    expect(Number(redis.cli('TTL', name))).toBeGreaterThan(5 * 3_600)
  }
})

test('a thought that another key sealed, or that was moved to another call, is none', async () => {
  const first = await instance()
  first.of(ANNA).remember(new Map([['call_a', remembered]]))
  const before = stored().length
  await waitFor('the thought', () => stored().length > before || stored().length > 2)
  const stranger = await instance(new Uint8Array(32).fill(8))
  expect(await stranger.of(ANNA).recall(['call_a'])).toEqual(new Map())
  const [from = ''] = stored()
  first.of(ANNA).remember(new Map([['call_b', remembered]]))
  await waitFor('the other thought', () => stored().length > 3)
  for (const name of stored()) redis.cli('SET', name, name === from ? 'x' : redis.cli('GET', from))
  const second = await instance()
  const found = await second.of(ANNA).recall(['call_a', 'call_b', 'call_1', 'call_secret'])
  expect(found).toEqual(new Map())
})

test('a user of Redis that may count but not keep thoughts keeps its connection', async () => {
  const rights = ['on', '>only-counts', '~rate_limit:*', '~in_flight:*', '+@all']
  expect(redis.cli('ACL', 'SETUSER', 'counter', ...rights)).toBe('OK')
  const url = redis.url.replace(/\/\/[^@]*@/, '//counter:only-counts@')
  const thoughts = await instance(KEY, url)
  const connection = connections.at(-1)
  const before = stored().length
  thoughts.of(ANNA).remember(new Map([['call_denied', remembered]]))
  expect(await thoughts.of(ANNA).recall(['call_elsewhere'])).toEqual(new Map())
  expect([connection?.standing, stored().length]).toEqual([true, before])
})

test('without Redis each instance has its own, and no request fails', async () => {
  const thoughts = await instance()
  await redis.stop()
  thoughts.of(ANNA).remember(new Map([['call_own', remembered]]))
  expect(await thoughts.of(ANNA).recall(['call_own', 'call_other'])).toEqual(
    new Map([['call_own', remembered]]),
  )
})
