/** Quota leases under any order of operations on three instances and their ledger: the quota is never overspent. */
import { afterEach, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  ada,
  held,
  plainLedger,
  quotasOn,
  recordOf,
  stopQuotas,
} from '../../test/support/plain-ledger.ts'
import type { QuotaReservation } from './quota.ts'

afterEach(stopQuotas)

type Step =
  | { do: 'hold'; instance: number; tokens: number }
  | { do: 'settle'; instance: number; share: number }
  | { do: 'release' | 'store' | 'stop' | 'kill' | 'idle' | 'changed'; instance: number }
  | { do: 'fail'; instance: number; when: 'before' | 'after' }

const instance = fc.nat(2)
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('hold' as const),
      instance,
      tokens: fc.integer({ min: 1, max: 400 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      instance,
      // Above 1: the answer was longer than its reservation.
      share: fc.double({ min: 0, max: 1.5, noNaN: true }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('release' as const, 'store' as const), instance }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('stop' as const, 'kill' as const, 'idle' as const, 'changed' as const),
      instance,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      instance,
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
)

/** A past failure: the instance forgot the account, so its tokens stayed on lease until it asked again. */
const LOST_LEASE: Step[] = [
  { do: 'fail', instance: 0, when: 'after' },
  { do: 'hold', instance: 2, tokens: 1 },
  { do: 'idle', instance: 2 },
]

test('no order of holds, settlements, stored records and restarts on three instances overspends or leaks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 60, size: 'max' }), async (todo) => {
      const quota = 1_000
      const ledger = plainLedger(quota)
      const started = (id: string, ready?: Promise<unknown>) => {
        const process = { gone: false }
        return {
          process,
          quotas: quotasOn(
            ledger.portOf(() => process.gone),
            id,
            4,
            { patienceMs: 20, ...(ready && { ready }) },
          ),
        }
      }
      const all = [0, 1, 2].map((at) => ({
        id: `i${at}`,
        ...started(`i${at}`),
        open: [] as QuotaReservation[],
        unstored: [] as number[],
      }))
      const store = (one: (typeof all)[number]) =>
        one.quotas.watch(ledger.stored).settle(one.unstored.splice(0).map(recordOf), one.id)
      let spent = 0
      /** Usage beyond reservations: a quota may be exceeded by exactly this much. */
      let excess = 0
      for (const step of todo) {
        const one = all[step.instance]
        if (one === undefined) continue
        if (step.do === 'hold') {
          const hold = await held(one.quotas, ada(quota), step.tokens)
          if (typeof hold === 'object') one.open.push(hold)
        } else if (step.do === 'store') {
          await store(one)
        } else if (step.do === 'idle') {
          for (let look = 0; look < 4; look++) one.quotas.tick()
        } else if (step.do === 'changed') {
          one.quotas.changed()
        } else if (step.do === 'fail') {
          ledger.fails = step.when
        } else if (step.do === 'kill') {
          // The next process settles requests in flight at their reservations, from the journal.
          for (const { tokens } of one.open.splice(0)) {
            one.unstored.push(tokens)
            spent += tokens
          }
          const left = one.unstored.splice(0).map(recordOf)
          one.process.gone = true
          Object.assign(one, started(one.id, ledger.stored.settle(left, one.id)))
        } else if (step.do === 'stop') {
          // As in a real shutdown: running requests end, their usage is stored, then the next process starts.
          for (const hold of one.open.splice(0)) one.quotas.release(hold)
          await store(one)
          ledger.fails = null
          await one.quotas.stop()
          expect(ledger.leases.get(one.id) ?? 0).toBeLessThanOrEqual(0)
          Object.assign(one, started(one.id))
        } else {
          const hold = one.open.shift()
          if (hold === undefined) continue
          if (step.do !== 'settle') one.quotas.release(hold)
          else {
            const used = Math.floor(hold.tokens * step.share)
            one.quotas.settle(hold, used)
            one.unstored.push(used)
            spent += used
            excess += Math.max(0, used - hold.tokens)
          }
        }
        const promised = all
          .flatMap(({ open }) => open)
          .reduce((sum, { tokens }) => sum + tokens, 0)
        expect(spent + promised).toBeLessThanOrEqual(quota + excess)
        expect(ledger.promised()).toBeLessThanOrEqual(quota + excess)
      }
      ledger.fails = null
      for (const one of all) {
        for (const hold of one.open) one.quotas.release(hold)
        await store(one)
        await one.quotas.stop()
      }
      expect(ledger.promised()).toBe(spent)
      expect(ledger.used).toBe(spent)
    }),
    { numRuns: 120, examples: [[LOST_LEASE]] },
  )
}, 60_000)
