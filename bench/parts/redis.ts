/** What counting in Redis costs a request, and how long requests wait while Redis is lost. */

import { createRedisCounters, type RedisCounters } from '../../src/adapters/redis/counters.ts'
import type { Demand } from '../../src/limits/counters.ts'
import { createMemoryCounters } from '../../src/limits/memory-counters.ts'
import { type RedisServer, startRedis } from '../../test/support/servers/redis-server.ts'

const PAIRS = 30_000
const LANES = 64
const PER_SECOND = 500
const PHASE_MS = 4_000
const REST_MS = 1_500

/** Long enough that a hiccup of the machine does not take Redis out of the measurement of its cost. */
const PATIENT_MS = 5_000

const redis = await startRedis()
const DEMANDS: Demand[] = ['key:1', 'ip:192.0.2.1'].flatMap((whose) => [
  { counter: `${whose}:rpm`, limit: 1e9, amount: 1 },
  { counter: `${whose}:tpm`, limit: 1e12, amount: 100 },
])
const BACK = ['key:1:tpm', 'ip:192.0.2.1:tpm'].map((counter) => ({ counter, by: -40 }))

async function open(deadlineMs?: number): Promise<RedisCounters> {
  const opened = createRedisCounters({
    url: redis.url,
    ...(deadlineMs !== undefined && { deadlineMs }),
    local: createMemoryCounters(),
    failOpen: true,
    logger: { debug() {}, info() {}, warn() {}, error() {}, requestFinished() {} },
    metrics: { limitedLocally() {}, redisHealthy() {} },
  })
  await opened.triedOnce
  return opened
}

interface Pair {
  /** That the request waits for its limits. */
  waitedMs: number
  degraded: boolean
}

async function pair(counters: RedisCounters): Promise<Pair> {
  const from = performance.now()
  const verdict = await counters.take(DEMANDS)
  const waitedMs = performance.now() - from
  if (verdict.kind !== 'taken') throw new Error(`a request was ${verdict.kind}`)
  counters.correct(verdict.ticket, BACK)
  return { waitedMs, degraded: verdict.degraded }
}

function redisCpuUs({ cli }: RedisServer): number {
  const figures = cli('INFO', 'cpu')
  const of = (name: string) => Number(new RegExp(`used_cpu_${name}:([\\d.]+)`).exec(figures)?.[1])
  return (of('user') + of('sys')) * 1e6
}

async function cost(counters: RedisCounters, windows: string): Promise<void> {
  const redisFrom = redisCpuUs(redis)
  const from = process.cpuUsage()
  let left = PAIRS
  const lane = async () => {
    while (left-- > 0) {
      if ((await pair(counters)).degraded) throw new Error('Redis was lost while it was measured')
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  const { user, system } = process.cpuUsage(from)
  const own = ((user + system) / PAIRS).toFixed(1)
  const its = ((redisCpuUs(redis) - redisFrom) / PAIRS).toFixed(1)
  console.log(`${windows}: ${own} µs of CPU here and ${its} µs in Redis for take and correct`)
}

/** Each asked at its time, whether or not the one before has been answered. */
async function waits(counters: RedisCounters, phase: string, ms: number): Promise<void> {
  const from = performance.now()
  const asked: Promise<Pair>[] = []
  while (performance.now() - from < ms) {
    asked.push(pair(counters))
    await Bun.sleep(Math.max(0, from + (asked.length * 1000) / PER_SECOND - performance.now()))
  }
  const pairs = await Promise.all(asked)
  const sorted = pairs.map(({ waitedMs }) => waitedMs).sort((one, other) => one - other)
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(2)
  const alone = pairs.filter(({ degraded }) => degraded).length
  const figures = `p50 ${at(0.5)}, p99 ${at(0.99)}, slowest ${at(1)} ms`
  console.log(`${phase}: ${figures} of ${pairs.length}, ${alone} of them by local caps`)
}

/** As after a minute of traffic: something in each second. */
function fillWindows(): void {
  const second = Number(redis.cli('TIME').split('\n')[0])
  const seconds = Array.from({ length: 60 }, (_, back) => [String(second - back), '1']).flat()
  const known = ['sum', '60', 'from', String(second - 59), 'to', String(second)]
  for (const { counter } of DEMANDS) {
    redis.cli('DEL', `rate_limit:${counter}`)
    redis.cli('HSET', `rate_limit:${counter}`, ...seconds, ...known)
  }
}

const patient = await open(PATIENT_MS)
await cost(patient, 'first run')
await cost(patient, 'empty windows')
fillWindows()
await cost(patient, 'full windows')
await patient.stop()

const counters = await open()
for (const [fault, begin, end] of [
  ['hung', () => redis.freeze(), () => redis.thaw()],
  ['stopped', () => redis.stop(), () => redis.start()],
] as const) {
  await waits(counters, 'with Redis', PHASE_MS)
  await Promise.all([waits(counters, `${fault}, the first 100 ms`, 100), begin()])
  await waits(counters, `${fault}, afterwards`, PHASE_MS)
  await end()
  await Bun.sleep(REST_MS)
  console.log(`back: ${counters.health()}`)
}
await counters.stop()
await redis.close()
