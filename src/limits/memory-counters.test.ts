/** In-memory counters against a plain list of all amounts, for any order and timing. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Demand, Ticket } from './counters.ts'
import { createMemoryCounters } from './memory-counters.ts'

const LASTS_SECONDS = 61

/** Keeps every amount ever taken and scans them all for each answer. */
function plainCounters() {
  const taken: { counter: string; second: number; amount: number }[] = []
  const usedAt = (counter: string, ms: number): number =>
    taken
      .filter((one) => one.counter === counter && ms < (one.second + LASTS_SECONDS) * 1000)
      .reduce((sum, { amount }) => sum + amount, 0)
  const fits = ({ counter, amount, limit }: Demand, ms: number): boolean =>
    amount === 0 || usedAt(counter, ms) + amount <= limit
  return {
    usedAt,
    fits,
    add: (counter: string, second: number, amount: number) =>
      void taken.push({ counter, second, amount }),
    giveBack(counter: string, second: number, amount: number): void {
      let left = amount
      for (const one of taken) {
        if (one.counter !== counter || one.second !== second) continue
        const back = Math.min(left, one.amount)
        one.amount -= back
        left -= back
      }
    },
    /** The first time at which it fits: now, or when an amount expires. */
    fitsAt(demand: Demand, nowMs: number): number {
      const leaves = taken.map(({ second }) => (second + LASTS_SECONDS) * 1000)
      const moments = [nowMs, ...leaves.filter((ms) => ms > nowMs).sort((a, b) => a - b)]
      return moments.find((ms) => fits(demand, ms)) ?? Number.POSITIVE_INFINITY
    },
  }
}

const counter = fc.constantFrom('key:1:rpm', 'key:1:tpm', 'ip:a:rpm', 'ip:a:tpm')
const demand = fc.record({ counter, limit: fc.nat(40), amount: fc.nat(25) })
const step = fc.oneof(
  fc.record({
    do: fc.constant('take' as const),
    demands: fc.uniqueArray(demand, { maxLength: 4, selector: (one) => one.counter }),
  }),
  fc.record({
    do: fc.constant('correct' as const),
    counter,
    by: fc.integer({ min: -30, max: 30 }),
  }),
  // A moment, a few seconds, or long enough for a window or both generations to expire.
  fc.record({
    do: fc.constant('wait' as const),
    ms: fc.oneof(fc.nat(3), fc.nat(5_000), fc.nat(70_000), fc.nat(200_000)),
  }),
)

test('say of any takes, corrections and pauses what a list of all of them says, all of a request or none', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      let nowMs = 500
      const counters = createMemoryCounters(() => nowMs)
      const plain = plainCounters()
      let ticket: Ticket = { localSecond: 0, sharedSecond: null }
      for (const one of steps) {
        const second = Math.floor(nowMs / 1000)
        if (one.do === 'wait') nowMs += one.ms
        else if (one.do === 'correct') {
          counters.correct(ticket, [one])
          if (one.by < 0) plain.giveBack(one.counter, ticket.localSecond, -one.by)
          else plain.add(one.counter, second, one.by)
        } else {
          const verdict = counters.take(one.demands)
          const fit = one.demands.every((wanted) => plain.fits(wanted, nowMs))
          expect(verdict.kind).toBe(fit ? 'taken' : 'refused')
          if (verdict.kind === 'taken') {
            for (const { counter, amount } of one.demands) plain.add(counter, second, amount)
            ticket = verdict.ticket
          }
          for (const [at, wanted] of one.demands.entries()) {
            const { used, waitMs } = verdict.readings[at] ?? {}
            expect(used).toBe(plain.usedAt(wanted.counter, nowMs))
            expect(waitMs).toBe(fit ? 0 : plain.fitsAt(wanted, nowMs) - nowMs)
          }
        }
      }
    }),
    { numRuns: 500 },
  )
})
