/** The counters of this process's memory and of a real Redis, held to the same contract. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createRedisCounters, type RedisCounters } from '../../src/adapters/redis/counters.ts'
import { createMemoryCounters } from '../../src/limits/memory-counters.ts'
import { type RedisServer, startRedis } from '../support/servers/redis-server.ts'
import { waitFor } from '../support/waiting.ts'
import { testCounters } from './counters.contract.ts'

describe('counters in memory', () => {
  const counters = createMemoryCounters()
  testCounters(() => counters)
})

describe('counters in Redis', () => {
  let redis: RedisServer
  let counters: RedisCounters
  const logger = { debug() {}, info() {}, warn() {}, error() {}, requestFinished() {} }
  const metrics = { limitedLocally() {}, redisHealthy() {} }
  const connect = () =>
    createRedisCounters({
      url: redis.url,
      local: createMemoryCounters(),
      failOpen: true,
      logger,
      metrics,
      // A machine under test load may take longer than a gateway should wait.
      deadlineMs: 2_000,
    })

  beforeAll(async () => {
    redis = await startRedis()
    counters = connect()
    await counters.triedOnce
  })
  afterAll(async () => {
    await counters.stop()
    await redis.close()
  })

  testCounters(() => counters)

  test('stand under the names that operators look for, and go by themselves', async () => {
    await counters.take([
      { counter: 'key:77:rpm', limit: 10, amount: 1 },
      { counter: 'ip:192.0.2.1:tpm', limit: 10, amount: 4 },
    ])
    expect(redis.cli('KEYS', 'rate_limit:key:77:*')).toBe('rate_limit:key:77:rpm')
    expect(redis.cli('HGET', 'rate_limit:ip:192.0.2.1:tpm', 'sum')).toBe('4')
    const lives = Number(redis.cli('PTTL', 'rate_limit:key:77:rpm'))
    expect(lives).toBeGreaterThan(55_000)
    expect(lives).toBeLessThanOrEqual(62_000)
  })

  test('call Redis exactly once before a request and once after it', async () => {
    redis.cli('CONFIG', 'RESETSTAT')
    const verdict = await counters.take([{ counter: 'key:78:tpm', limit: 100, amount: 10 }])
    if (verdict.kind !== 'taken') throw new Error('not taken')
    counters.correct(verdict.ticket, [{ counter: 'key:78:tpm', by: 5 }])
    await waitFor(
      'the correction',
      () => redis.cli('HGET', 'rate_limit:key:78:tpm', 'sum') === '15',
    )
    expect(redis.cli('INFO', 'commandstats')).toMatch(/cmdstat_evalsha:calls=2,/)
  })

  test('correct requests that end together in one call', async () => {
    const demand = [{ counter: 'key:80:tpm', limit: 1_000, amount: 10 }]
    const verdicts = await Promise.all([1, 2, 3].map(() => counters.take(demand)))
    redis.cli('CONFIG', 'RESETSTAT')
    for (const [at, verdict] of verdicts.entries()) {
      if (verdict.kind !== 'taken') throw new Error('not taken')
      counters.correct(verdict.ticket, [{ counter: 'key:80:tpm', by: [5, -8, -7][at] ?? 0 }])
    }
    await waitFor(
      'the corrections',
      () => redis.cli('HGET', 'rate_limit:key:80:tpm', 'sum') === '20',
    )
    expect(redis.cli('INFO', 'commandstats')).toMatch(/cmdstat_evalsha:calls=1,/)
  })

  test('are shared by all callers', async () => {
    const other = connect()
    await other.triedOnce
    const demand = [{ counter: 'key:79:rpm', limit: 2, amount: 1 }]
    expect((await counters.take(demand)).kind).toBe('taken')
    expect((await other.take(demand)).kind).toBe('taken')
    expect((await counters.take(demand)).kind).toBe('refused')
    expect((await other.take(demand)).kind).toBe('refused')
    await other.stop()
  })

  test.each(['SCRIPT FLUSH', 'FLUSHALL'])(
    'continue after %s without losing Redis',
    async (command) => {
      redis.cli(...command.split(' '))
      const verdict = await counters.take([{ counter: 'key:80:rpm', limit: 1_000, amount: 1 }])
      expect(verdict).toMatchObject({ kind: 'taken', degraded: false })
      expect(counters.health()).toBe('healthy')
    },
  )

  test('a second that has left gives its place again, and its field goes', async () => {
    const name = 'rate_limit:key:81:rpm'
    const second = Number(redis.cli('TIME').split('\n')[0])
    const fields = [String(second - 61), '9', String(second - 59), '1', 'sum', '10']
    redis.cli('HSET', name, ...fields, 'from', String(second - 61), 'to', String(second - 59))
    const verdict = await counters.take([{ counter: 'key:81:rpm', limit: 2, amount: 1 }])
    expect(verdict).toMatchObject({ kind: 'taken', readings: [{ used: 2 }] })
    expect(redis.cli('HEXISTS', name, String(second - 61))).toBe('0')
  })

  test.each([
    ['of another kind', ['ZADD', '1', 'member']],
    ['without sense', ['HSET', 'sum', 'much', 'from', '-', 'to', '?', 'word', 'word']],
  ])(
    'something %s under a name is replaced, and Redis stays joined',
    async (_, [verb, ...rest]) => {
      const counter = `key:82:${verb}`
      redis.cli(String(verb), `rate_limit:${counter}`, ...rest)
      const demand = [{ counter, limit: 1, amount: 1 }]
      expect(await counters.take(demand)).toMatchObject({ kind: 'taken', degraded: false })
      expect(await counters.take(demand)).toMatchObject({ kind: 'refused', degraded: false })
      expect(counters.health()).toBe('healthy')
    },
  )
})
