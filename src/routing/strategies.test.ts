/** Strategies: what each is for, shown by simulations, and what holds of all of them. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { UpstreamKey } from '../core/entities.ts'
import { Latencies } from '../upstreams/health/latency.ts'
import { chooseCandidate } from './choose-candidate.ts'
import { type Keyed, type Plan, type Target, Tries } from './plan.ts'
import { byCost, byLatency, byStickiness } from './strategies.ts'

const keyed = (id: number, weight = 1): Keyed => ({
  key: {
    id,
    name: `k${id}`,
    provider: 'openai',
    baseUrl: `https://${id}/v1`,
    weight,
    models: null,
    deployments: null,
  } as unknown as UpstreamKey,
})
const target = (id: number, more: Partial<Target<Keyed>> = {}): Target<Keyed> => ({
  model: 'm',
  keys: [keyed(id)],
  priority: 0,
  weight: null,
  contextTokens: null,
  cap: null,
  conditions: [],
  ...more,
})
const first = (plan: Plan<Keyed>, random = Math.random()) =>
  chooseCandidate({
    plan,
    tries: new Tries(),
    admissionOf: () => 'allow',
    previous: null,
    random,
  })?.upstream.key.id ?? 0

/** Numbers in [0, 1) that are the same in each run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('latency', () => {
  /** The 95th percentile of 2000 requests to three targets; two answer in 200 ms, the third in 2 s. */
  function p95(choose: (plan: Plan<Keyed>, latencies: Latencies, random: () => number) => number) {
    const random = seeded(7)
    const latencies = new Latencies()
    const plan = [target(1), target(2), target(3)]
    const took: number[] = []
    for (let request = 0; request < 2000; request++) {
      const id = choose(plan, latencies, random)
      const tookMs = (id === 3 ? 2_000 : 200) * (0.8 + 0.4 * random())
      latencies.started(String(id))
      latencies.ended(String(id), tookMs)
      took.push(tookMs)
    }
    return took.sort((one, other) => one - other)[Math.floor(took.length * 0.95)] as number
  }

  test('keeps one slow target of three out of the 95th percentile, which weights do not', () => {
    const weighted = p95((plan, _, random) => first(plan, random()))
    const fastest = p95((plan, latencies, random) => {
      const expected = ({ keys }: Target<Keyed>) => latencies.expectedMs(String(keys[0]?.key.id))
      return first(byLatency(plan, expected, random), random())
    })
    // docs/models.md has these figures.
    expect([Math.round(fastest), Math.round(weighted)]).toEqual([236, 2_276])
  })

  test('counts requests that wait at a target, and tries an unknown one', () => {
    const latencies = new Latencies()
    latencies.started('a')
    latencies.ended('a', 100)
    expect(latencies.expectedMs('a')).toBe(100)
    latencies.started('a')
    latencies.started('a')
    expect(latencies.expectedMs('a')).toBe(300)
    latencies.ended('a', null)
    expect(latencies.expectedMs('a')).toBe(200)
    expect(latencies.expectedMs('b')).toBe(0)
  })

  test('moves nothing but the chosen target of the first priority', () => {
    const plan = [target(1), target(2), target(3, { priority: 1 })]
    fc.assert(
      fc.property(fc.array(fc.nat(999), { minLength: 2, maxLength: 2 }), (numbers) => {
        const random = [...numbers].map((number) => number / 1000)
        const ordered = byLatency(
          plan,
          () => 1,
          () => random.shift() ?? 0,
        )
        expect(ordered.filter(({ priority }) => priority === -1)).toHaveLength(1)
        expect(ordered.map(({ keys }) => keys)).toEqual(plan.map(({ keys }) => keys))
        expect(ordered[2]?.priority).toBe(1)
      }),
    )
  })
})

describe('cost', () => {
  const plan = [target(1), target(2), target(3)]
  const idOf = ({ keys }: Target<Keyed>) => keys[0]?.key.id ?? 0
  /** USD for a million tokens: one is cheap to read, another cheap to write; the third is neither. */
  const RATES: Readonly<Record<number, readonly [input: number, output: number]>> = {
    1: [0.1, 10],
    2: [3, 1],
    3: [5, 15],
  }
  const costOf = (id: number, prompt: number, answer: number) => {
    const [input, output] = RATES[id] ?? [0, 0]
    return (prompt * input + answer * output) / 1_000_000
  }

  test('pays less for mixed requests than weights do, and than either cheap target alone', () => {
    const random = seeded(11)
    const bills = { cost: 0, weights: 0, 1: 0, 2: 0 }
    for (let request = 0; request < 3000; request++) {
      // Long documents with short answers, and short questions with long answers.
      const [prompt, answer] = request % 2 === 0 ? [20_000, 200] : [200, 4_000]
      const of = (id: number) => costOf(id, prompt, answer)
      bills.cost += of(
        first(
          byCost(plan, (one) => of(idOf(one))),
          random(),
        ),
      )
      bills.weights += of(first(plan, random()))
      bills[1] += of(1)
      bills[2] += of(2)
    }
    expect(bills.cost).toBeLessThan(0.25 * bills.weights)
    expect(bills.cost).toBeLessThan(0.5 * Math.min(bills[1], bills[2]))
  })

  const costs = fc.array(fc.option(fc.double({ min: 0, max: 9, noNaN: true })), {
    minLength: 3,
    maxLength: 3,
  })

  test('nothing cheaper of the same priority is left behind, and what has no price comes last', () => {
    fc.assert(
      fc.property(costs, fc.double({ min: 0, max: 0.999, noNaN: true }), (given, random) => {
        const chosen = first(
          byCost(plan, (one) => given[idOf(one) - 1] ?? null),
          random,
        )
        const known = given.filter((cost) => cost !== null)
        const cheapest = known.length === 0 ? null : Math.min(...known)
        expect(given[chosen - 1] ?? null).toBe(cheapest)
      }),
    )
  })

  test('priorities come before prices, and equal prices share by weight', () => {
    const ordered = byCost([target(1, { priority: 1 }), target(2)], (one) => idOf(one))
    expect(first(ordered)).toBe(2)
    const equal = byCost(
      [target(1, { keys: [keyed(1, 1)] }), target(2, { keys: [keyed(2, 3)] })],
      () => 1,
    )
    const random = seeded(5)
    const ids = Array.from({ length: 2000 }, () => first(equal, random()))
    expect(ids.filter((id) => id === 2).length / ids.length).toBeCloseTo(0.75, 1)
  })
})

describe('sticky', () => {
  const plan = [target(1, { keys: [keyed(1), keyed(2), keyed(3)] }), target(4)]

  test('keeps conversations in the cache of one key, which a weighted choice does not', () => {
    const hits = (choose: (conversation: string) => number) => {
      const cached = new Map<string, number>()
      let found = 0
      for (let request = 0; request < 4000; request++) {
        const conversation = String(request % 400)
        const id = choose(conversation)
        if (cached.get(conversation) === id) found++
        cached.set(conversation, id)
      }
      return found / 4000
    }
    const random = seeded(3)
    const sticky = hits((conversation) => first(byStickiness(plan, conversation)))
    const weighted = hits(() => first(plan, random()))
    // docs/models.md has these figures.
    expect([Math.round(sticky * 100), Math.round(weighted * 100)]).toEqual([90, 21])
  })

  test('spreads conversations by the weights', () => {
    const weighted = [target(1, { keys: [keyed(1, 1), keyed(2, 3)] })]
    const ids = Array.from({ length: 4000 }, (_, at) => first(byStickiness(weighted, `c${at}`)))
    expect(ids.filter((id) => id === 2).length / ids.length).toBeCloseTo(0.75, 1)
  })

  test('if a key goes away, only its own conversations move', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(1, 2, 3, 4), (conversation, gone) => {
        const before = first(byStickiness(plan, conversation))
        const left = plan.map((one) => ({
          ...one,
          keys: one.keys.filter(({ key }) => key.id !== gone),
        }))
        const after = first(byStickiness(left, conversation))
        if (before !== gone) expect(after).toBe(before)
        else expect(after).not.toBe(gone)
      }),
    )
  })

  test('a lower priority comes last, whatever its hash', () => {
    const ordered = byStickiness([target(1, { priority: 1 }), target(2)], 'x')
    expect(ordered.map(({ keys }) => keys[0]?.key.id)).toEqual([2, 1])
  })
})
