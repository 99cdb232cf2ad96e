/** The window in Lua behaves like limits/window.ts, with clocks that a test sets. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  CORRECT,
  correctArguments,
  TAKE,
  takeArguments,
} from '../../../src/adapters/redis/scripts.ts'
import type { Demand } from '../../../src/limits/counters.ts'
import { createMemoryCounters } from '../../../src/limits/memory-counters.ts'
import { type RedisServer, startRedis } from '../../support/servers/redis-server.ts'

const CLOCK = "redis.call('TIME')"
/** The same script, with the time as its last argument. */
const timed = (script: string): string => {
  expect(script).toContain(CLOCK)
  return script.replace(CLOCK, "{ string.match(ARGV[#ARGV], '(%d+) (%d+)') }")
}

let redis: RedisServer
let client: Bun.RedisClient
beforeAll(async () => {
  redis = await startRedis()
  client = new Bun.RedisClient(redis.url)
  await client.connect()
})
afterAll(async () => {
  client.close()
  await redis.close()
})

const timeOf = (ms: number) => `${Math.floor(ms / 1000)} ${(ms % 1000) * 1000}`

/** One call for all of these requests. */
async function takeAll(requests: readonly (readonly Demand[])[], nowMs: number) {
  const args = [timed(TAKE), ...takeArguments(requests), timeOf(nowMs)]
  return (await client.send('EVAL', args)) as number[][]
}

async function take(demands: readonly Demand[], nowMs: number): Promise<number[]> {
  const [answer = []] = await takeAll([demands], nowMs)
  return answer
}

/** The same chances each time. */
function chances(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

test.each([1, 2, 3, 4, 5, 6])(
  '400 random requests and corrections are decided as in memory (%d)',
  async (seed) => {
    const below = chances(seed)
    let nowMs = 1_700_000_000_000
    const memory = createMemoryCounters(() => nowMs)
    const tickets: { second: number; amount: number; counter: string }[] = []
    for (let step = 0; step < 400; step++) {
      nowMs += [0, 3, 250, 1_000, 2_700, 20_000, 90_000, 400_000][below(8)] ?? 0
      const requests = Array.from({ length: 1 + below(3) }, () =>
        ['rpm', 'tpm', `tpm:${below(2)}`].slice(below(2)).map((name) => ({
          counter: `random:${seed}:${name}`,
          limit: 60,
          amount: below(name === 'rpm' ? 3 : 70),
        })),
      )
      const answers = await takeAll(requests, nowMs)
      expect(answers).toHaveLength(requests.length)
      for (const [at, [taken, second = 0, ...figures]] of answers.entries()) {
        const demands = requests[at] ?? []
        const verdict = memory.take(demands)
        const expected = verdict.readings.flatMap(({ used, resetMs, waitMs }) => [
          used,
          resetMs,
          waitMs === Number.POSITIVE_INFINITY ? -1 : waitMs,
        ])
        expect([step, at, taken, ...figures]).toEqual([
          step,
          at,
          verdict.kind === 'taken' ? 1 : 0,
          ...expected,
        ])
        if (verdict.kind !== 'taken') continue
        expect(second).toBe(verdict.ticket.localSecond)
        for (const { counter, amount } of demands) tickets.push({ second, amount, counter })
      }
      const ticket = below(2) === 0 ? tickets.splice(below(tickets.length), 1)[0] : undefined
      if (ticket === undefined) continue
      const by = below(40) - ticket.amount
      const { counter } = ticket
      const words = correctArguments([{ counter, second: ticket.second, by }])
      await client.send('EVAL', [timed(CORRECT), ...words, timeOf(nowMs)])
      memory.correct({ localSecond: ticket.second, sharedSecond: null }, [{ counter, by }])
    }
  },
)

test.each([
  ['a little', 3_000],
  ['an hour', 3_600_000],
])(
  'a clock set back by %s neither grants a second limit nor locks a caller out',
  async (_, backMs) => {
    const from = 1_700_000_000_000
    const demand = [{ counter: `back:${backMs}`, limit: 2, amount: 1 }]
    expect((await take(demand, from))[0]).toBe(1)
    expect((await take(demand, from + 30_000))[0]).toBe(1)
    const later = from + 30_000 - backMs
    const [taken, , used, resetMs = 0, waitMs = 0] = await take(demand, later)
    expect([taken, used]).toEqual([0, 2])
    expect(resetMs).toBeLessThanOrEqual(61_000 + 3_000)
    expect(waitMs).toBeGreaterThan(0)
    expect((await take(demand, later + waitMs))[0]).toBe(1)
  },
)
