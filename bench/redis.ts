/** What counting in Redis costs a request, and how long requests wait while Redis is lost. */
import { createMemoryCounters } from '../src/adapters/memory/counters.ts'
import { createRedisCounters } from '../src/adapters/redis/counters.ts'
import type { Demand } from '../src/ports/counters.ts'
import { type RedisServer, startRedis } from '../test/support/redis-server.ts'

const PAIRS = 30_000
const LANES = 64
const PER_SECOND = 500
const PHASE_MS = 4_000
const REST_MS = 1_500

const redis = await startRedis()
const counters = createRedisCounters({
  url: redis.url,
  local: createMemoryCounters(),
  failOpen: true,
  logger: { debug() {}, info() {}, warn() {}, error() {}, requestFinished() {} },
  metrics: { limitedLocally() {}, redisHealthy() {} },
})
await counters.triedOnce
const DEMANDS: Demand[] = ['key:1', 'ip:192.0.2.1'].flatMap((whose) => [
  { counter: `${whose}:rpm`, limit: 1e9, amount: 1 },
  { counter: `${whose}:tpm`, limit: 1e12, amount: 100 },
])
const BACK = ['key:1:tpm', 'ip:192.0.2.1:tpm'].map((counter) => ({ counter, by: -40 }))

/** Milliseconds that one request waits for its limits. */
async function pair(): Promise<number> {
  const from = performance.now()
  const verdict = await counters.take(DEMANDS)
  const waitedMs = performance.now() - from
  if (verdict.kind === 'taken') counters.correct(verdict.ticket, BACK)
  return waitedMs
}

function redisCpuUs({ cli }: RedisServer): number {
  const figures = cli('INFO', 'cpu')
  const of = (name: string) => Number(new RegExp(`used_cpu_${name}:([\\d.]+)`).exec(figures)?.[1])
  return (of('user') + of('sys')) * 1e6
}

async function cost(windows: string): Promise<void> {
  const redisFrom = redisCpuUs(redis)
  const from = process.cpuUsage()
  let left = PAIRS
  const lane = async () => {
    while (left-- > 0) await pair()
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  const { user, system } = process.cpuUsage(from)
  const own = ((user + system) / PAIRS).toFixed(1)
  const its = ((redisCpuUs(redis) - redisFrom) / PAIRS).toFixed(1)
  console.log(`${windows}: ${own} µs of CPU here and ${its} µs in Redis for take and correct`)
}

/** Each asked at its time, whether or not the one before has been answered. */
async function waits(phase: string, ms: number): Promise<void> {
  const from = performance.now()
  const asked: Promise<number>[] = []
  while (performance.now() - from < ms) {
    asked.push(pair())
    await Bun.sleep(Math.max(0, from + (asked.length * 1000) / PER_SECOND - performance.now()))
  }
  const sorted = (await Promise.all(asked)).sort((one, other) => one - other)
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(2)
  console.log(`${phase}: p50 ${at(0.5)}, p99 ${at(0.99)}, slowest ${at(1)} ms of ${sorted.length}`)
}

await cost('empty windows')
const second = Number(redis.cli('TIME').split('\n')[0])
const seconds = Array.from({ length: 60 }, (_, back) => [String(second - back), '1']).flat()
for (const { counter } of DEMANDS) {
  redis.cli('DEL', `rate_limit:${counter}`)
  const known = ['sum', '60', 'from', String(second - 59), 'to', String(second)]
  redis.cli('HSET', `rate_limit:${counter}`, ...seconds, ...known)
}
await cost('full windows')

for (const [fault, begin, end] of [
  ['hung', () => redis.freeze(), () => redis.thaw()],
  ['stopped', () => redis.stop(), () => redis.start()],
] as const) {
  await waits('with Redis', PHASE_MS)
  await Promise.all([waits(`${fault}, the first 100 ms`, 100), begin()])
  await waits(`${fault}, afterwards`, PHASE_MS)
  await end()
  await Bun.sleep(REST_MS)
  console.log(`back: ${counters.health()}`)
}
await counters.stop()
await redis.close()
