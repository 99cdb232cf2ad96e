/** Two instances on one Redis: a cap holds for both together, whatever becomes of either of them. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SESSION_LASTS_MS } from '../../../src/adapters/redis/slot-scripts.ts'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { type MockUpstream, startMockUpstream } from '../../support/mock/mock-upstream.ts'
import { type RedisServer, startRedis } from '../../support/servers/redis-server.ts'
import { waitFor } from '../../support/waiting.ts'

const EVENT =
  'data: {"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n'

let redis: RedisServer
let mock: MockUpstream
let folder: string
let keys: Record<'capped' | 'free' | 'low' | 'high' | 'ofUser', string>
const instances: Gateway[] = []

beforeAll(async () => {
  redis = await startRedis()
  mock = await startMockUpstream()
  mock.script(() => [{ write: HEAD + EVENT }, 'stall'])
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-slots-'))
  const first = await startGateway({
    dataDir: join(folder, 'first'),
    upstreams: [
      { name: 'roomy', provider: 'compatible', baseUrl: `${mock.url}/roomy`, models: ['m'] },
      { name: 'narrow', provider: 'compatible', baseUrl: `${mock.url}/narrow`, models: ['n'] },
      { name: 'shaky', provider: 'compatible', baseUrl: `${mock.url}/shaky`, models: ['s'] },
    ],
  })
  const key = async (...options: string[]) =>
    (await first.cli(['key', 'create', 'default', ...options])).stdout.trim()
  await first.cli(['user', 'create', 'bob', '--max-in-flight', '2'])
  keys = {
    capped: await key('--max-in-flight', '3'),
    free: await key(),
    low: await key('--max-in-flight', '1'),
    high: await key('--max-in-flight', '1', '--priority', '9'),
    ofUser: (await first.cli(['key', 'create', 'bob'])).stdout.trim(),
  }
  await first.cli(['upstream', 'update', 'narrow', '--max-in-flight', '2'])
  await first.cli(['model', 'set', 'tight', '--target', 'm@roomy,max-in-flight=2'])
  await first.stop()
  for (const name of ['one', 'other']) {
    cpSync(first.dataDir, join(folder, name), { recursive: true })
    instances.push(await start(name))
  }
}, 60_000)
const start = (name: string, env: Record<string, string> = {}) =>
  startGateway({ dataDir: join(folder, name), env: { REDIS_URL: redis.url, ...env } })
afterAll(async () => {
  mock.dropConnections()
  for (const instance of instances) await instance.stop()
  await mock.close()
  await redis.close()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

interface Asked {
  response: Response
  leave(): void
}
const running = new Set<Asked>()
afterEach(async () => {
  mock.script(() => [{ write: HEAD + EVENT }, 'stall'])
  for (const asked of running) asked.leave()
  running.clear()
  await waitFor('all slots to be free', () => slotsInUse() === 0)
})

async function ask(
  at: number,
  model: string,
  key: string,
  gone = new AbortController(),
): Promise<Asked> {
  const response = await (instances[at % 2] as Gateway).chat(
    { model, stream: true, messages: [{ role: 'user', content: 'Hi' }] },
    { headers: { authorization: `Bearer ${key}` }, signal: gone.signal },
  )
  const asked = { response, leave: () => gone.abort() }
  if (response.status === 200) running.add(asked)
  return asked
}
const statusesOf = (all: readonly Asked[]) =>
  all.map(({ response }) => response.status).sort((one, other) => one - other)
/** As Redis counts them: those of sessions that are over, e.g. after a missed deadline, no longer count. */
function slotsInUse(): number {
  const names = redis.cli('--raw', 'KEYS', 'in_flight:*').split('\n')
  const isSession = (name: string) => name.startsWith('in_flight:session:')
  let inUse = 0
  for (const name of names.filter((each) => each !== '' && !isSession(each))) {
    const fields = redis.cli('--raw', 'HGETALL', name).split('\n')
    for (let at = 0; at + 1 < fields.length; at += 2)
      if (names.includes(`in_flight:session:${fields[at]}`)) inUse += Number(fields[at + 1])
  }
  return inUse
}

const CASES = [
  ['a key', 'm', 'capped', 3, 429],
  ['a user', 'm', 'ofUser', 2, 429],
  ['an upstream key', 'n', 'free', 2, 503],
  ['a target', 'tight', 'free', 2, 503],
] as const

describe.each(CASES)('the cap of %s', (_, model, key, max, status) => {
  test('holds over both instances together for concurrent requests', async () => {
    const before = mock.ledger.length
    const all = await Promise.all(Array.from({ length: 12 }, (__, at) => ask(at, model, keys[key])))
    const refused = Array<number>(12 - max).fill(status)
    expect(statusesOf(all)).toEqual([...Array<number>(max).fill(200), ...refused])
    expect(mock.ledger.length - before).toBe(max)
    for (const { response } of all.filter((asked) => asked.response.status === status)) {
      expect(response.headers.get('retry-after')).toBe('1')
      expect(await response.text()).toContain('in flight')
    }
  })

  test('has a slot again as soon as a client leaves the other instance', async () => {
    const all = await Promise.all(Array.from({ length: max }, () => ask(0, model, keys[key])))
    expect((await ask(1, model, keys[key])).response.status).toBe(status)
    all[0]?.leave()
    await waitFor('a slot', async () => (await ask(1, model, keys[key])).response.status === 200)
    expect((await ask(0, model, keys[key])).response.status).toBe(status)
  })
})

test('slots come back after an upstream breaks off, and after an error', async () => {
  mock.script(() => [{ write: HEAD + EVENT }, 'rst'])
  for (let round = 0; round < 3; round++)
    await (await ask(0, 's', keys.low)).response.text().catch(() => '')
  mock.script(() => [{ write: 'HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}' }])
  // A key with one slot: a client that has its answer may ask again at once.
  for (let round = 0; round < 3; round++)
    expect((await ask(0, 's', keys.low)).response.status).toBe(400)
  await waitFor('all slots to be free', () => slotsInUse() === 0)
})

test('an instance that is killed loses its slots within the time of its session, and not before', async () => {
  const before = await Promise.all([0, 0, 1].map((at) => ask(at, 'm', keys.capped)))
  expect(statusesOf(before)).toEqual([200, 200, 200])
  const killed = instances[0] as Gateway
  killed.signal('SIGKILL')
  await killed.exited
  const killedMs = performance.now()
  expect((await ask(1, 'm', keys.capped)).response.status).toBe(429)
  // Each thread of an instance has a session of its own, and they end one after the other.
  for (const slot of ['the first slot', 'the second slot']) {
    const isFree = async () => (await ask(1, 'm', keys.capped)).response.status === 200
    await waitFor(slot, isFree, SESSION_LASTS_MS + 5_000)
  }
  expect(performance.now() - killedMs).toBeLessThan(SESSION_LASTS_MS + 4_000)
  expect((await ask(1, 'm', keys.capped)).response.status).toBe(429)
  instances[0] = await start('one')
}, 60_000)

test('an emptied Redis is refilled with the running requests, and the cap holds', async () => {
  for (const at of [0, 1, 1]) expect((await ask(at, 'm', keys.capped)).response.status).toBe(200)
  redis.cli('FLUSHALL')
  await waitFor('both sessions to be open again', () => slotsInUse() === 3, 8_000)
  for (const at of [0, 1]) expect((await ask(at, 'm', keys.capped)).response.status).toBe(429)
}, 60_000)

test('while Redis is lost each instance leaves the others what they had, and is counted once Redis is back', async () => {
  for (const at of [0, 1]) expect((await ask(at, 'm', keys.capped)).response.status).toBe(200)
  await redis.stop()
  const alone = await Promise.all([0, 0, 0, 1, 1, 1].map((at) => ask(at, 'm', keys.capped)))
  // Two more at the first, which asked before the other one had any; one more at the other, which knows of one.
  expect(statusesOf(alone)).toEqual([200, 200, 200, 429, 429, 429])
  await redis.start()
  await waitFor('both to count again', () => slotsInUse() === 5)
  expect((await ask(0, 'm', keys.capped)).response.status).toBe(429)
}, 60_000)

test('a request waits for a slot of the other instance, the higher priority first', async () => {
  await instances[1]?.stop()
  instances[1] = await start('other', { QUEUE_TIMEOUT_MS: '20000' })
  const full = await Promise.all([0, 0].map((at) => ask(at, 'n', keys.free)))
  expect(statusesOf(full)).toEqual([200, 200])
  const order: string[] = []
  const waits = (name: 'low' | 'high') =>
    ask(1, 'n', keys[name]).then((asked) => {
      order.push(`${name} ${asked.response.status}`)
    })
  const low = waits('low')
  const arrived = mock.ledger.length
  await waitFor('the first to wait', () => waitingAt(1, 1))
  const high = waits('high')
  await waitFor('the second to wait', () => waitingAt(1, 2))
  expect(mock.ledger.length).toBe(arrived)
  full[0]?.leave()
  await high
  expect(order).toEqual(['high 200'])
  full[1]?.leave()
  await low
  expect(order).toEqual(['high 200', 'low 200'])
}, 60_000)

test('a slot goes to the highest priority of all instances, then to the first that came', async () => {
  await Promise.all(instances.map((instance) => instance.stop()))
  for (const [at, name] of ['one', 'other'].entries())
    instances[at] = await start(name, { QUEUE_TIMEOUT_MS: '30000' })
  const full = await Promise.all([0, 1].map((at) => ask(at, 'n', keys.free)))
  expect(statusesOf(full)).toEqual([200, 200])
  const order: string[] = []
  const waits = async (at: number, name: string, key: string) => {
    const asked = await ask(at, 'n', key)
    order.push(`${name} ${asked.response.status}`)
    return asked
  }
  const first = waits(0, 'first', keys.free)
  await waitFor('the first to wait', () => waitersInRedis() === 1)
  const second = waits(1, 'second', keys.ofUser)
  await waitFor('the second to wait', () => waitersInRedis() === 2)
  const third = waits(0, 'third', keys.free)
  await waitFor('the third to wait', () => waitersInRedis() === 3)
  const urgent = waits(1, 'urgent', keys.high)
  await waitFor('the urgent one to wait', () => waitersInRedis() === 4)
  full[0]?.leave()
  const served = await urgent
  full[1]?.leave()
  const next = await first
  served.leave()
  await second
  next.leave()
  await third
  expect(order).toEqual(['urgent 200', 'first 200', 'second 200', 'third 200'])
  expect(waitersInRedis()).toBe(0)
}, 60_000)

test('a request that left the line holds up none of another instance, and no newcomer overtakes one in it', async () => {
  const full = await Promise.all([0, 1].map((at) => ask(at, 'n', keys.free)))
  expect(statusesOf(full)).toEqual([200, 200])
  const leaving = new AbortController()
  const left = ask(0, 'n', keys.high, leaving).catch(() => null)
  await waitFor('the first to wait', () => waitersInRedis() === 1)
  const stays = ask(1, 'n', keys.free)
  await waitFor('the second to wait', () => waitersInRedis() === 2)
  leaving.abort()
  await left
  await waitFor('the first to be forgotten', () => waitersInRedis() === 1)
  // It comes last, at the instance where none waits.
  const newcomer = ask(0, 'n', keys.low)
  await waitFor('the newcomer to wait', () => waitersInRedis() === 2)
  let isServed = false
  void newcomer.then(() => {
    isServed = true
  })
  full[0]?.leave()
  const served = await stays
  expect([served.response.status, isServed]).toEqual([200, false])
  full[1]?.leave()
  expect((await newcomer).response.status).toBe(200)
}, 60_000)

async function waitingAt(at: number, count: number): Promise<boolean> {
  const { origin, adminKey } = instances[at] as Gateway
  const headers = { authorization: `Bearer ${adminKey}` }
  const text = await (await fetch(`${origin}/metrics`, { headers })).text()
  return text.includes(`gpt_proxy_requests_waiting ${count}\n`)
}

function waitersInRedis(): number {
  const names = redis.cli('--raw', 'KEYS', 'in_line:*').split('\n').filter(Boolean)
  return names.reduce((sum, name) => sum + Number(redis.cli('--raw', 'ZCARD', name)), 0)
}
