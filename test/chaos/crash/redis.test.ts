/** Redis away, deaf, read-only, full, flushed or late: requests go on under local caps, and it is joined again. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type RedisServer, startRedis } from '../../support/servers/redis-server.ts'
import { pause, waitFor } from '../../support/waiting.ts'
import { type Rig, startRig } from '../rig.ts'

const JOINED_MS = 2_000
/** No request waits longer for Redis. */
const DEADLINE_MS = 50
let redis: RedisServer
let rig: Rig
const limits = { RATE_LIMIT_KEY_RPM: '1000', RATE_LIMIT_KEY_TPM: '1000000' }

beforeAll(async () => {
  redis = await startRedis()
  rig = await startRig({ env: { REDIS_URL: redis.url, ...limits } })
}, 60_000)
afterAll(async () => {
  await rig.close()
  await redis.close()
}, 60_000)

interface Seen {
  status: number
  policy: string | null
  remaining: number
  /** Of the gateway itself, without its upstream. */
  overheadMs: number
}

async function ask(of: Rig = rig): Promise<Seen> {
  const response = await of.gateway.chat({
    model: 'demo/echo',
    messages: [{ role: 'user', content: 'Hello' }],
  })
  await response.arrayBuffer()
  return {
    status: response.status,
    policy: response.headers.get('x-ratelimit-policy'),
    remaining: Number(response.headers.get('x-ratelimit-remaining-requests')),
    overheadMs: Number(response.headers.get('x-gpt-proxy-overhead-ms')),
  }
}

async function health(of: Rig = rig): Promise<{ status: string; redis: string }> {
  const response = await fetch(`${of.gateway.origin}/health`)
  const { status, services } = (await response.json()) as {
    status: string
    services: { redis: string }
  }
  return { status, redis: services.redis }
}

async function metric(name: string): Promise<number> {
  const response = await fetch(`${rig.gateway.origin}/metrics`, {
    headers: { authorization: `Bearer ${rig.gateway.adminKey}` },
  })
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(await response.text())?.[1])
}

async function joined(of: Rig = rig): Promise<void> {
  const startedMs = performance.now()
  await waitFor('Redis to be joined', async () => {
    const { status, policy } = await ask(of)
    return status === 200 && policy === null
  })
  expect(performance.now() - startedMs).toBeLessThan(JOINED_MS)
  expect(await health(of)).toEqual({ status: 'healthy', redis: 'healthy' })
}

const FAULTS: [
  string,
  { begin(): Promise<unknown> | unknown; end(): Promise<unknown> | unknown },
][] = [
  ['refused', { begin: () => redis.stop(), end: () => redis.start() }],
  ['hung', { begin: () => redis.freeze(), end: () => redis.thaw() }],
  [
    'read-only',
    {
      begin: () => redis.cli('REPLICAOF', '127.0.0.1', '1'),
      end: () => redis.cli('REPLICAOF', 'NO', 'ONE'),
    },
  ],
  [
    'out of memory',
    {
      begin: () => redis.cli('CONFIG', 'SET', 'maxmemory', '1'),
      end: () => redis.cli('CONFIG', 'SET', 'maxmemory', '0'),
    },
  ],
]

describe.each(FAULTS)('Redis %s', (_, fault) => {
  test('is answered for by local caps, seen everywhere, and joined again', async () => {
    await joined()
    const before = await metric('gpt_proxy_rate_limit_fail_open_total')
    await fault.begin()
    const during = await Promise.all(Array.from({ length: 20 }, () => ask()))
    expect(during.map(({ status }) => status)).toEqual(new Array(20).fill(200))
    const later = await ask()
    expect(later).toMatchObject({ status: 200, policy: 'degraded' })
    expect(await health()).toEqual({ status: 'degraded', redis: 'degraded' })
    expect(await metric('gpt_proxy_redis_healthy')).toBe(0)
    expect(await metric('gpt_proxy_rate_limit_fail_open_total')).toBeGreaterThan(before)
    await fault.end()
    await joined()
    expect(await metric('gpt_proxy_redis_healthy')).toBe(1)
  }, 60_000)
})

test('a hanging Redis delays requests by at most its deadline, and later ones not at all', async () => {
  await joined()
  const asked = async (times: number) => {
    const answers: Promise<Seen>[] = []
    for (let at = 0; at < times; at++) {
      answers.push(ask())
      await pause(5)
    }
    return Promise.all(answers)
  }
  const before = await asked(100)
  redis.freeze()
  try {
    const noticing = await asked(40)
    expect(noticing.at(-1)?.policy).toBe('degraded')
    // What it takes the machine to get round to a request is no more than with Redis, nor is it waiting.
    const slowest = (seen: Seen[]) => Math.max(...seen.map(({ overheadMs }) => overheadMs))
    expect(slowest(noticing)).toBeLessThanOrEqual(DEADLINE_MS + Math.max(10, slowest(before)))
    const after = await asked(200)
    expect(after.filter(({ policy }) => policy !== 'degraded')).toEqual([])
    const sorted = after.map(({ overheadMs }) => overheadMs).sort((a, b) => a - b)
    expect(sorted[Math.floor(0.9 * sorted.length)]).toBeLessThan(DEADLINE_MS / 2)
  } finally {
    redis.thaw()
  }
  await joined()
}, 60_000)

test.each(['SCRIPT FLUSH', 'FLUSHALL'])(
  '%s fails no request, and Redis stays connected',
  async (command) => {
    await joined()
    redis.cli(...command.split(' '))
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask()))
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, policy: null })
  },
)

test('a gateway keeps its own count up to date, so losing Redis grants no second limit', async () => {
  const own = await startRig({ env: { REDIS_URL: `${redis.url}/1`, RATE_LIMIT_KEY_RPM: '10' } })
  try {
    await joined(own)
    let last = await ask(own)
    while (last.remaining > 2) last = await ask(own)
    await redis.stop()
    const statuses: number[] = []
    for (let at = 0; at < 5; at++) statuses.push((await ask(own)).status)
    expect(statuses).toEqual([200, 200, 429, 429, 429])
  } finally {
    await redis.start()
    await own.close()
  }
}, 60_000)

test('a single gateway does not grant a second limit when Redis loses its counters', async () => {
  const own = await startRig({ env: { REDIS_URL: `${redis.url}/2`, RATE_LIMIT_KEY_RPM: '20' } })
  try {
    await joined(own)
    const taken = 20 - (await ask(own)).remaining
    redis.cli('FLUSHALL')
    const answers = await Promise.all(Array.from({ length: 60 }, () => ask(own)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20 - taken)
  } finally {
    await own.close()
  }
}, 60_000)

test('a gateway that starts before Redis serves under local caps, and joins it once it is there', async () => {
  const late = await startRedis({ started: false })
  const own = await startRig({ env: { REDIS_URL: late.url, ...limits } })
  try {
    expect(await ask(own)).toMatchObject({ status: 200, policy: 'degraded' })
    await late.start()
    await joined(own)
    expect(own.gateway.logs()).not.toContain(late.password)
  } finally {
    await own.close()
    await late.close()
  }
}, 60_000)

test('with RATE_LIMIT_FAIL_OPEN=false requests are refused while Redis is lost, and say until when', async () => {
  const own = await startRig({
    env: { REDIS_URL: redis.url, RATE_LIMIT_FAIL_OPEN: 'false', ...limits },
  })
  try {
    await joined(own)
    await redis.stop()
    await ask(own)
    const response = await own.gateway.chat({
      model: 'demo/echo',
      messages: [{ role: 'user', content: 'Hello' }],
    })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after-ms')).toBe('2000')
    const { error } = (await response.json()) as { error: { code: string; message: string } }
    expect(error.code).toBe('limits_unavailable')
    expect(error.message).toContain('Redis does not answer')
    await redis.start()
    await joined(own)
  } finally {
    await own.close()
  }
}, 60_000)
