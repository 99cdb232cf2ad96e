/** Two instances on one Redis at ten times the limit, with Redis lost in the middle. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

/** Requests a minute, and what is asked for. */
const LIMIT = 60
const PER_SECOND = (10 * LIMIT) / 60
/** Long enough for the first places of the window to come free again. */
const SHARED_SECONDS = Number(process.env.LIMITS_SECONDS ?? 70)
const ALONE_SECONDS = 8

let redis: RedisServer
let folder: string
let instances: Gateway[]

beforeAll(async () => {
  redis = await startRedis()
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-limits-'))
  const first = await startGateway({ dataDir: join(folder, 'first') })
  await first.stop()
  const env = { REDIS_URL: redis.url, RATE_LIMIT_KEY_RPM: String(LIMIT) }
  instances = []
  for (const name of ['one', 'other']) {
    const dataDir = join(folder, name)
    cpSync(first.dataDir, dataDir, { recursive: true })
    instances.push(await startGateway({ dataDir, env }))
  }
}, 60_000)
afterAll(async () => {
  for (const instance of instances) await instance.stop()
  await redis.close()
  rmSync(folder, { recursive: true, force: true })
}, 30_000)

interface Answer {
  instance: number
  status: number
  /** It was let through or refused between these. */
  startedMs: number
  atMs: number
  tookMs: number
  degraded: boolean
}

async function ask(instance: number): Promise<Answer> {
  const startedMs = performance.now()
  const { origin, proxyKey } = instances[instance] as Gateway
  const response = await fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${proxyKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'demo/echo', messages: [{ role: 'user', content: 'a' }] }),
  })
  await response.arrayBuffer()
  const atMs = performance.now()
  const degraded = response.headers.get('x-ratelimit-policy') === 'degraded'
  return { instance, status: response.status, startedMs, atMs, tookMs: atMs - startedMs, degraded }
}

async function load(seconds: number): Promise<Answer[]> {
  const asked: Promise<Answer>[] = []
  const startedMs = performance.now()
  for (let at = 0; at < seconds * PER_SECOND; at++) {
    await Bun.sleep(Math.max(0, startedMs + (at * 1000) / PER_SECOND - performance.now()))
    asked.push(ask(at % 2))
  }
  return Promise.all(asked)
}

/** The most that were let through in any 60 s, as far as the outside can prove it. */
function mostInAMinute(answers: readonly Answer[]): number {
  const through = answers.filter(({ status }) => status === 200)
  const within = (fromMs: number) =>
    through.filter(({ startedMs, atMs }) => startedMs >= fromMs && atMs < fromMs + 60_000)
  return Math.max(0, ...through.map(({ startedMs }) => within(startedMs).length))
}

test(
  'together they never let more through than the limit, and around a loss of Redis none more than it alone',
  async () => {
    const shared = await load(SHARED_SECONDS)
    expect(shared.every(({ degraded }) => !degraded)).toBe(true)
    expect(shared.filter(({ status }) => status === 200).length).toBeGreaterThan(LIMIT)
    expect(mostInAMinute(shared)).toBeLessThanOrEqual(LIMIT)

    await redis.stop()
    const alone = await load(ALONE_SECONDS)
    expect(alone.filter(({ degraded }) => degraded).length).toBeGreaterThan(alone.length / 2)

    // It comes back empty, and knows nothing of what was let through before and meanwhile.
    await redis.start()
    const again = await load(ALONE_SECONDS)
    expect(again.at(-1)?.degraded).toBe(false)
    for (const instance of [0, 1]) {
      const all = [...shared, ...alone, ...again].filter((answer) => answer.instance === instance)
      expect(mostInAMinute(all)).toBeLessThanOrEqual(LIMIT)
    }
    const slowest = Math.max(...alone.map(({ tookMs }) => tookMs))
    console.log(`slowest answer while Redis was being missed: ${slowest.toFixed(1)} ms`)
  },
  (SHARED_SECONDS + 80) * 1_000,
)
