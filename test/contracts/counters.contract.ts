/** The contract of the counters, for every implementation. With the real clock; no test waits for a minute. */
import { expect, test } from 'bun:test'
import type { Counters, Demand, LimitDecision } from '../../src/limits/counters.ts'

let fresh = 0
/** A counter that no test before has used. */
const counter = (name = 'rpm') => `key:${++fresh}:${name}`
const demand = (name: string, limit: number, amount = 1): Demand => ({
  counter: name,
  limit,
  amount,
})

type Taken = Extract<LimitDecision, { kind: 'taken' }>
type Refused = Extract<LimitDecision, { kind: 'refused' }>

export function testCounters(current: () => Counters): void {
  const take = async (...demands: Demand[]) => current().take(demands)
  const taken = async (...demands: Demand[]): Promise<Taken> => {
    const verdict = await take(...demands)
    if (verdict.kind !== 'taken') throw new Error(`not taken: ${JSON.stringify(verdict)}`)
    return verdict
  }
  const refused = async (...demands: Demand[]): Promise<Refused> => {
    const verdict = await take(...demands)
    if (verdict.kind !== 'refused') throw new Error(`not refused: ${JSON.stringify(verdict)}`)
    return verdict
  }

  test('a limit is reached at exactly its value', async () => {
    const name = counter()
    for (let used = 1; used <= 3; used++) {
      const { readings, degraded } = await taken(demand(name, 3))
      expect(readings).toHaveLength(1)
      expect(readings[0]).toMatchObject({ used, waitMs: 0 })
      expect(degraded).toBe(false)
    }
    const { readings } = await refused(demand(name, 3))
    expect(readings[0]?.used).toBe(3)
  })

  test('never exceeds the limit under concurrency', async () => {
    const name = counter()
    const verdicts = await Promise.all(Array.from({ length: 200 }, () => take(demand(name, 50))))
    expect(verdicts.filter(({ kind }) => kind === 'taken')).toHaveLength(50)
  })

  test('a request is counted in all counters or none', async () => {
    const [rpm, tpm] = [counter('rpm'), counter('tpm')]
    await refused(demand(rpm, 10), demand(tpm, 100, 101))
    const { readings } = await taken(demand(rpm, 10), demand(tpm, 100, 100))
    expect(readings.map(({ used }) => used)).toEqual([1, 100])
  })

  test('a refusal tells to the millisecond when the place comes free: a minute and the rest of its second', async () => {
    const name = counter()
    const { readings } = await taken(demand(name, 1))
    const resetMs = readings[0]?.resetMs ?? 0
    expect(resetMs).toBeGreaterThan(60_000)
    expect(resetMs).toBeLessThanOrEqual(61_000)
    const { readings: later } = await refused(demand(name, 1))
    expect(later[0]?.waitMs).toBe(later[0]?.resetMs)
    expect(resetMs - (later[0]?.waitMs ?? 0)).toBeLessThan(1_000)
  })

  test('a single demand above the limit never fits', async () => {
    const { readings } = await refused(demand(counter('tpm'), 100, 101))
    expect(readings[0]?.waitMs).toBe(Number.POSITIVE_INFINITY)
  })

  test('nothing asked fits always', async () => {
    const name = counter('tpm')
    await taken(demand(name, 5, 5))
    expect((await taken(demand(name, 5, 0))).readings[0]?.used).toBe(5)
  })

  test('more used is charged, also over the limit; less is given back', async () => {
    const name = counter('tpm')
    const { ticket } = await taken(demand(name, 100, 40))
    current().correct(ticket, [{ counter: name, by: -30 }])
    expect((await taken(demand(name, 100, 90))).readings[0]?.used).toBe(100)
    current().correct(ticket, [{ counter: name, by: 25 }])
    expect((await refused(demand(name, 100, 1))).readings[0]?.used).toBe(125)
  })

  test('never returns more than was counted in that second', async () => {
    const name = counter('tpm')
    const { ticket } = await taken(demand(name, 100, 10))
    current().correct(ticket, [{ counter: name, by: -10 }])
    current().correct(ticket, [{ counter: name, by: -10 }])
    expect((await taken(demand(name, 100, 1))).readings[0]?.used).toBe(1)
  })

  test('amounts stay exact far beyond 32 bits', async () => {
    const name = counter('tpm')
    const much = 2 ** 40
    await taken(demand(name, 2 * much, much))
    expect((await taken(demand(name, 2 * much, much))).readings[0]?.used).toBe(2 * much)
    await refused(demand(name, 2 * much, 1))
  })
}
