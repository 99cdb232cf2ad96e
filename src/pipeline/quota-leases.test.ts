/** Several instances on one quota, against a plain ledger: any order, none out of reach, never a token too many. */
import { afterEach, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  ada,
  held,
  NOW,
  plainLedger,
  quotasOn,
  recordOf,
  stopQuotas,
} from '../../test/support/plain-ledger.ts'
import type { QuotaHold } from './quota.ts'

afterEach(stopQuotas)

describe('a hold', () => {
  test("of a request that can't be served takes nothing that may serve one of another instance", async () => {
    const ledger = plainLedger(1_000)
    const one = quotasOn(
      ledger.portOf(() => false),
      'one',
      4,
    )
    const other = quotasOn(
      ledger.portOf(() => false),
      'other',
      4,
    )
    expect(await held(one, ada(1_000), 700)).toBeObject()
    const [large, small] = await Promise.all([
      held(one, ada(1_000), 400),
      held(other, ada(1_000), 300),
    ])
    expect(large).toBe('insufficient_quota')
    expect(small).toBeObject()
  })

  test('finds no room in what another instance used beyond its lease', async () => {
    const ledger = plainLedger(100)
    const [one, other] = [quotasOn(ledger.port, 'one'), quotasOn(ledger.port, 'other')]
    const hold = (await one.hold(ada(100), 50, NOW)) as QuotaHold
    one.settle(hold, 120)
    await one.watch(ledger.stored).settle([recordOf(120)], 'one')
    ledger.quota = 110
    expect(await held(other, ada(110), 1)).toBe('insufficient_quota')
    ledger.quota = 125
    other.changed()
    expect(await held(other, ada(125), 6)).toBe('insufficient_quota')
    expect(await held(other, ada(125), 5)).toBeObject()
  })

  test('gets what is free on the lease of another instance, which gets some again', async () => {
    const ledger = plainLedger(1_000)
    const one = quotasOn(
      ledger.portOf(() => false),
      'one',
      4,
    )
    const other = quotasOn(
      ledger.portOf(() => false),
      'other',
      4,
    )
    expect(await held(one, ada(1_000), 10)).toBeObject()
    expect(ledger.leases.get('one')).toBe(250)
    expect(await held(other, ada(1_000), 900)).toBeObject()
    expect(await held(one, ada(1_000), 60)).toBeObject()
    expect(await held(other, ada(1_000), 30)).toBeObject()
    expect(ledger.promised()).toBe(1_000)
    expect(await held(one, ada(1_000), 1)).toBe('insufficient_quota')
  })

  test('is not given out of what is just given back, nor of what may be, as the answer was lost', async () => {
    const ledger = plainLedger(1_000)
    const port = ledger.portOf(() => false)
    const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const one = quotasOn(
      {
        ...port,
        async lease(request) {
          const given = await port.lease(request)
          if (request.divisor !== Number.POSITIVE_INFINITY || request.needed > 0) return given
          asked.resolve()
          await answered.promise
          throw new Error('lost the answer')
        },
      },
      'one',
      4,
    )
    const other = quotasOn(
      ledger.portOf(() => false),
      'other',
      4,
    )
    expect(await held(one, ada(1_000), 10)).toBeObject()
    expect(await held(other, ada(1_000), 900)).toBeObject()
    await asked.promise
    const meanwhile = one.hold(ada(1_000), 10, NOW)
    expect(meanwhile).toBeInstanceOf(Promise)
    answered.resolve()
    await Promise.resolve(meanwhile).catch(() => {})
    expect(await held(one, ada(1_000), 200)).toBe('insufficient_quota')
    expect(ledger.promised()).toBeLessThanOrEqual(1_000)
  })

  test('waits for what requests of another instance hold, and is told to come back where they go on', async () => {
    const ledger = plainLedger(1_000)
    const one = quotasOn(
      ledger.portOf(() => false),
      'one',
      4,
    )
    const other = quotasOn(
      ledger.portOf(() => false),
      'other',
      4,
    )
    const running = (await one.hold(ada(1_000), 600, NOW)) as QuotaHold
    const error = await Promise.resolve(other.hold(ada(1_000), 500, NOW)).catch((thrown) => thrown)
    expect(error.message).toContain(
      '0 used, 0 reserved by requests under way, 1000 left (600 on lease at other instances); this request asks for 500',
    )
    expect(error.headers).toEqual({
      'x-gpt-proxy-quota-remaining': '1000',
      'retry-after': '2',
      'retry-after-ms': '2000',
    })
    const waiting = held(other, ada(1_000), 500)
    one.release(running)
    expect(await waiting).toBeObject()
  })
})

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
      // Above 1: the answer was longer than what was held for it.
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
        open: [] as QuotaHold[],
        unstored: [] as number[],
      }))
      const store = (one: (typeof all)[number]) =>
        one.quotas.watch(ledger.stored).settle(one.unstored.splice(0).map(recordOf), one.id)
      let spent = 0
      /** Used beyond what was held for it: by so much, and no more, a quota may be exceeded. */
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
          for (let look = 0; look < 4; look++) one.quotas.lookAfter()
        } else if (step.do === 'changed') {
          one.quotas.changed()
        } else if (step.do === 'fail') {
          ledger.fails = step.when
        } else if (step.do === 'kill') {
          // The journal of the next process settles what was under way at its reservation.
          for (const { tokens } of one.open.splice(0)) {
            one.unstored.push(tokens)
            spent += tokens
          }
          const left = one.unstored.splice(0).map(recordOf)
          one.process.gone = true
          Object.assign(one, started(one.id, ledger.stored.settle(left, one.id)))
        } else if (step.do === 'stop') {
          // As a process does: running requests end, what they spent is stored, the next one begins.
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
    { numRuns: 120 },
  )
}, 30_000)
