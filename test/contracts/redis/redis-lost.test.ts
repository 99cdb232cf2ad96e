/** Counters that lose Redis: what they report, and what counts when it is back. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { createRedisCounters, type RedisCounters } from '../../../src/adapters/redis/counters.ts'
import { createMemoryCounters } from '../../../src/limits/memory-counters.ts'
import { type RedisServer, startRedis } from '../../support/servers/redis-server.ts'
import { waitFor } from '../../support/waiting.ts'

let redis: RedisServer
let opened: RedisCounters[]
let warnings: string[]
beforeEach(async () => {
  redis = await startRedis()
  opened = []
  warnings = []
})
afterEach(async () => {
  redis.thaw()
  for (const counters of opened) await counters.stop()
  await redis.close()
})

async function open(url = redis.url, failOpen = true): Promise<RedisCounters> {
  const warn = (fields: object, message: string) =>
    void warnings.push(`${message} ${JSON.stringify(fields)}`)
  const counters = createRedisCounters({
    url,
    failOpen,
    local: createMemoryCounters(),
    logger: { debug() {}, info() {}, error() {}, requestFinished() {}, warn },
    metrics: { limitedLocally() {}, redisHealthy() {} },
  })
  opened.push(counters)
  await counters.triedOnce
  return counters
}

const became = (counters: RedisCounters, health: string) =>
  waitFor(`Redis to be ${health}`, () => counters.health() === health)

test('an instance that let a whole limit through without Redis gives no second one when it is back', async () => {
  const counters = await open()
  const demand = [{ counter: 'key:1:rpm', limit: 2, amount: 1 }]
  await redis.stop()
  await became(counters, 'degraded')
  expect(await counters.take(demand)).toMatchObject({ kind: 'taken', degraded: true })
  expect(await counters.take(demand)).toMatchObject({ kind: 'taken', degraded: true })
  await redis.start()
  await became(counters, 'healthy')
  const verdict = await counters.take(demand)
  expect(verdict).toMatchObject({ kind: 'refused', degraded: false, readings: [{ used: 2 }] })
})

test.each([
  ['that comes back empty', () => redis.stop().then(redis.start)],
  ['that is flushed', () => redis.cli('FLUSHALL')],
  [
    'that is flushed in the middle of a burst',
    () => void setImmediate(() => redis.cli('FLUSHALL')),
  ],
])('a burst at a Redis %s gets no more than what was left of each limit', async (_, forget) => {
  const counters = await open()
  const demands = (amount: number) => [
    { counter: 'key:1:rpm', limit: 60, amount: 1 },
    { counter: 'key:1:tpm', limit: 500, amount },
  ]
  for (let at = 0; at < 39; at++) {
    const verdict = await counters.take(demands(10))
    expect(verdict.kind).toBe('taken')
  }
  await forget()
  await became(counters, 'healthy')
  const amounts = Array.from({ length: 200 }, (_, at) => 1 + (at % 9))
  const verdicts = await Promise.all(amounts.map((amount) => counters.take(demands(amount))))
  const taken = amounts.filter((_, at) => verdicts[at]?.kind === 'taken')
  expect(taken.length).toBeGreaterThan(0)
  expect(39 + taken.length).toBeLessThanOrEqual(60)
  expect(390 + taken.reduce((sum, amount) => sum + amount, 0)).toBeLessThanOrEqual(500)
  // What was refused for one of the two took nothing of the other.
  const left = { rpm: 60 - 39 - taken.length, tpm: 110 - taken.reduce((sum, one) => sum + one, 0) }
  expect(await counters.take(demands(left.tpm + 1))).toMatchObject({ kind: 'refused' })
  const fits = await counters.take(demands(left.tpm))
  expect(fits.kind).toBe(left.rpm > 0 ? 'taken' : 'refused')
})

test('an instance that Redis refuses does not affect what another one asks for at the same time', async () => {
  const [one, other] = [await open(), await open()]
  const demand = (amount: number) => [{ counter: 'key:1:tpm', limit: 100, amount }]
  expect((await other.take(demand(50))).kind).toBe('taken')
  const [large, small] = await Promise.all([one.take(demand(90)), one.take(demand(20))])
  expect([large?.kind, small?.kind]).toEqual(['refused', 'taken'])
})

test('a hung Redis is noticed without a request, and used again when it continues', async () => {
  const counters = await open()
  redis.freeze()
  await became(counters, 'degraded')
  redis.thaw()
  await became(counters, 'healthy')
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('did not answer')
})

test('stopping is not reported as a lost connection', async () => {
  const counters = await open()
  await counters.stop()
  await waitFor(
    'Redis to see the connection closed',
    () => redis.cli('CLIENT', 'LIST', 'TYPE', 'normal').split('\n').length === 1,
  )
  expect(warnings).toEqual([])
})

test.each([
  [
    'a wrong password',
    (url: string) => url.replace(redis.password, 'wrong-9'),
    'refuses the user or password',
  ],
  ['no password', (url: string) => url.replace(/:[^/]*@/, ''), 'set REDIS_PASSWORD'],
  ['a closed port', () => 'redis://127.0.0.1:1', 'nothing listens at 127.0.0.1:1'],
  ['an unknown host', () => 'redis://nowhere.invalid', "host name of nowhere.invalid:6379 can't"],
])('%s appears in one warning, without its password', async (_, change, words) => {
  const counters = await open(change(redis.url))
  expect(counters.health()).toBe('degraded')
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain(words)
  expect(warnings[0]).toContain('counted by this process alone')
  expect(warnings[0]).not.toMatch(/wrong-9|redis-canary/)
})

test('the warning reports that requests are refused, if the operator chose that', async () => {
  const counters = await open('redis://127.0.0.1:1', false)
  expect(await counters.take([])).toEqual({ kind: 'unavailable' })
  expect(warnings[0]).toContain('requests under a rate limit are refused')
})

test('a password of odd characters is the one that Redis was given', async () => {
  const password = 'p@s:s/w#r%d+ \u00e9'
  redis.cli('ACL', 'SETUSER', 'odd', 'on', `>${password}`, '~rate_limit:*', '+@all')
  const counters = await open(`redis://odd:${encodeURIComponent(password)}@127.0.0.1:${redis.port}`)
  expect(counters.health()).toBe('healthy')
})
