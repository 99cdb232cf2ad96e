/** Quotas by leases against a plain ledger: several instances, any order, and never a token too many. */
import { afterEach, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { User } from '../core/entities.ts'
import { GatewayError } from '../core/errors.ts'
import { lostRecord } from '../core/journal-entry.ts'
import { isLeasedElsewhere, LEASE_LASTS_MS, nextLease } from '../core/quota.ts'
import type { UsageRecord } from '../core/usage-record.ts'
import type { LeaseRequest, QuotaLedger } from '../ports/quota-ledger.ts'
import type { UsageStore } from '../ports/usage-store.ts'
import { createQuotas, type QuotaHold, type Quotas } from './quota.ts'

const NOW = Date.UTC(2026, 10, 23)
const ada = (quota: number | null): User => ({
  id: 1,
  username: 'ada',
  email: null,
  role: 'user',
  status: 'active',
  monthlyQuotaTokens: quota,
})

/** The ledger of one user, as the SQL one keeps it: stored use, and one lease an instance. */
function plainLedger(quota: number) {
  const leases = new Map<string, number>()
  const all: ((userId: number) => void)[][] = []
  const stored: UsageStore = {
    async settle(records, instanceId) {
      await Bun.sleep(0)
      for (const { totalTokens } of records) {
        ledger.used += totalTokens
        leases.set(instanceId, (leases.get(instanceId) ?? 0) - totalTokens)
      }
      return records.length
    },
  }
  const ledger = {
    quota: quota as number | null,
    used: 0,
    away: false,
    /** At the next question, before or after its transaction is committed. */
    fails: null as 'before' | 'after' | null,
    leases,
    stored,
    promised: () =>
      ledger.used + [...leases.values()].reduce((sum, tokens) => sum + Math.max(0, tokens), 0),
  }
  /** As one process sees it: what a process asked for that is gone, nobody does any more. */
  const portOf = (isGone: () => boolean): QuotaLedger => {
    const listeners: ((userId: number) => void)[] = []
    all.push(listeners)
    const tellOthers = () => {
      for (const each of all) if (each !== listeners) for (const listener of each) listener(1)
    }
    return { lease: (request) => lease(request, isGone, tellOthers), ...rest(listeners) }
  }
  const lease = async (request: LeaseRequest, isGone: () => boolean, tellOthers: () => void) => {
    await Bun.sleep(0)
    const { fails } = ledger
    ledger.fails = null
    if (ledger.away || isGone() || fails === 'before') throw new Error('away')
    const { quota, used } = ledger
    const others = [...leases].filter(([id]) => id !== request.instanceId)
    const leasedElsewhere = others.reduce((sum, [, tokens]) => sum + Math.max(0, tokens), 0)
    const figures = { quota, used, leasedElsewhere }
    const next = nextLease(figures, request)
    leases.set(request.instanceId, next)
    if (isLeasedElsewhere(figures, request, next)) setTimeout(tellOthers, 0)
    await Bun.sleep(0)
    if (fails === 'after') throw new Error('lost the answer')
    return { ...figures, lease: next }
  }
  const rest = (listeners: ((userId: number) => void)[]) => ({
    onWanted: (listener: (userId: number) => void) => void listeners.push(listener),
    async dropLeases(instanceId: string) {
      leases.delete(instanceId)
    },
  })
  return Object.assign(ledger, { port: portOf(() => false), portOf })
}

/** What a finished request leaves for the store. */
function recordOf(tokens: number): UsageRecord {
  const entry = { requestId: 'r', startedAtMs: NOW, userId: 1, apiKeyId: 1, endpoint: 'x' }
  return lostRecord({ ...entry, model: 'm', stream: false, tokens, reservedTokens: 1 })
}

const running: Quotas[] = []
afterEach(async () => {
  for (const quotas of running.splice(0)) await quotas.stop()
})

function quotasOn(
  ledger: QuotaLedger,
  instanceId = 'one',
  divisor = 1,
  more: { ready?: Promise<unknown>; patienceMs?: number; monotonicMs?: () => number } = {},
): Quotas {
  const quotas = createQuotas({
    ledger,
    instanceId,
    divisor,
    defaultTokens: null,
    idleLooks: 2,
    renewalLooks: 10,
    ready: Promise.resolve(),
    patienceMs: 200,
    ...more,
  })
  running.push(quotas)
  return quotas
}

async function held(quotas: Quotas, user: User, tokens: number): Promise<QuotaHold | string> {
  try {
    return (await quotas.hold(user, tokens, NOW)) ?? 'no quota'
  } catch (error) {
    if (error instanceof GatewayError) return error.code
    throw error
  }
}

describe('a hold', () => {
  test('costs a user without a quota nothing', () => {
    expect(quotasOn(plainLedger(10).port).hold(ada(null), 5, NOW)).toBeNull()
  })

  test('waits for the ledger once, and not where the lease covers it', async () => {
    const quotas = quotasOn(plainLedger(100).port)
    const first = quotas.hold(ada(100), 10, NOW)
    expect(first).toBeInstanceOf(Promise)
    await first
    expect(quotas.hold(ada(100), 10, NOW)).not.toBeInstanceOf(Promise)
  })

  test('of hundreds at once is given exactly as often as the quota allows', async () => {
    const ledger = plainLedger(1_005)
    for (const divisor of [1, 4]) {
      const quotas = quotasOn(ledger.port, `instance-${divisor}`, divisor)
      const answers = await Promise.all(
        Array.from({ length: 500 }, () => held(quotas, ada(1_005), 10)),
      )
      expect(answers.filter((answer) => typeof answer === 'object')).toHaveLength(100)
      for (const hold of answers) if (typeof hold === 'object') quotas.release(hold)
      await quotas.stop()
    }
    expect(ledger.promised()).toBe(0)
  })

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

  test('is refused with all the figures, and the day from which it fits again', async () => {
    const ledger = plainLedger(100)
    ledger.used = 30
    const quotas = quotasOn(ledger.port)
    const running = (await quotas.hold(ada(100), 50, NOW)) as QuotaHold
    const spent = (await quotas.hold(ada(100), 10, NOW)) as QuotaHold
    quotas.settle(spent, 8)
    const error = await Promise.resolve(quotas.hold(ada(100), 13, NOW)).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(GatewayError)
    expect(error.message).toContain(
      '100 tokens a month, 38 used, 50 reserved by requests under way, 12 left; this request asks for 13',
    )
    expect(error.message).toContain('2026-12-01')
    expect(error.headers).toMatchObject({
      'x-should-retry': 'false',
      'x-gpt-proxy-quota-remaining': '12',
    })
    quotas.release(running)
    expect(await held(quotas, ada(100), 13)).toBeObject()
  })

  test('is given out of the lease while the ledger is away, and refused as unavailable beyond it', async () => {
    const ledger = plainLedger(1_000)
    const quotas = quotasOn(ledger.port, 'one', 4)
    expect(await held(quotas, ada(1_000), 10)).toBeObject()
    ledger.away = true
    expect(await held(quotas, ada(1_000), 10)).toBeObject()
    expect(await held(quotas, ada(1_000), 900)).toBe('quota_unavailable')
    ledger.away = false
    expect(await held(quotas, ada(1_000), 700)).toBeObject()
  })

  test('follows a quota that was raised, lowered or taken away, once it is told of the change', async () => {
    const ledger = plainLedger(100)
    const quotas = quotasOn(ledger.port)
    const change = async (quota: number | null) => {
      ledger.quota = quota
      quotas.changed()
      await Bun.sleep(10)
    }
    expect(await held(quotas, ada(100), 101)).toBe('insufficient_quota')
    await change(200)
    expect(await held(quotas, ada(200), 150)).toBeObject()
    await change(160)
    expect(await held(quotas, ada(160), 11)).toBe('insufficient_quota')
    expect(await held(quotas, ada(160), 10)).toBeObject()
    ledger.quota = null
    expect(await held(quotas, ada(170), 1)).toBe('insufficient_quota')
    await change(null)
    expect(await held(quotas, ada(170), 1)).toBe('no quota')
  })

  test('makes up for a lease that was deleted by hand without a token too many', async () => {
    const ledger = plainLedger(100)
    const quotas = quotasOn(ledger.port)
    expect(await held(quotas, ada(100), 60)).toBeObject()
    ledger.leases.clear()
    quotas.changed()
    await Bun.sleep(10)
    expect(ledger.leases.get('one')).toBe(100)
    expect(await held(quotas, ada(100), 41)).toBe('insufficient_quota')
    expect(await held(quotas, ada(100), 40)).toBeObject()
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

  test('that is larger than the whole quota is told that it can never pass', async () => {
    const quotas = quotasOn(plainLedger(100).port)
    const error = await Promise.resolve(quotas.hold(ada(100), 101, NOW)).catch((thrown) => thrown)
    expect(error.message).toContain('is 100 tokens, and this request alone asks for 101')
    expect(error.message).toContain('can never pass')
    expect(error.headers).toEqual({
      'x-should-retry': 'false',
      'x-gpt-proxy-quota-remaining': '100',
    })
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

  test('is still given to a user who was idle when the ledger went away, for a quarter of an hour', async () => {
    let nowMs = 0
    const ledger = plainLedger(1_000)
    const quotas = quotasOn(ledger.port, 'one', 4, { monotonicMs: () => nowMs })
    expect(await held(quotas, ada(1_000), 10)).toBeObject()
    ledger.away = true
    const look = async () => {
      for (let looks = 0; looks < 12; looks++) quotas.lookAfter()
      await Bun.sleep(10)
    }
    nowMs = LEASE_LASTS_MS - 1
    await look()
    expect(await held(quotas, ada(1_000), 10)).toBeObject()
    nowMs = LEASE_LASTS_MS + 1
    await look()
    expect(await held(quotas, ada(1_000), 10)).toBe('quota_unavailable')
    ledger.away = false
    expect(await held(quotas, ada(1_000), 10)).toBeObject()
  })

  test('gives back what nobody asks for, and only that', async () => {
    const ledger = plainLedger(100)
    const quotas = quotasOn(ledger.port)
    const hold = (await quotas.hold(ada(100), 30, NOW)) as QuotaHold
    for (let look = 0; look < 4; look++) quotas.lookAfter()
    await Bun.sleep(10)
    expect(ledger.leases.get('one')).toBe(30)
    quotas.settle(hold, 20)
    await quotas.watch(ledger.stored).settle([recordOf(20)], 'one')
    for (let look = 0; look < 4; look++) quotas.lookAfter()
    await Bun.sleep(10)
    expect([ledger.used, ledger.leases.get('one')]).toEqual([20, 0])
  })

  test('finds nothing more in a clock that is an hour early or late', async () => {
    const spentByMonth = new Map<number, number>()
    const ledger = plainLedger(100)
    const byMonth = new Map<number, ReturnType<typeof plainLedger>>()
    const quotas = quotasOn({
      ...ledger.port,
      lease(request) {
        const known = byMonth.get(request.month.month) ?? plainLedger(100)
        byMonth.set(request.month.month, known)
        return known.port.lease(request)
      },
    })
    const midnight = Date.UTC(2026, 11, 1)
    for (let step = 0; step < 60; step++) {
      const at = midnight + (step % 2 === 0 ? -1 : 1) * 3_600_000
      const hold = await Promise.resolve()
        .then(() => quotas.hold(ada(100), 7, at))
        .catch(() => null)
      if (hold === null) continue
      quotas.settle(hold, 7)
      const { month } = hold.account.month
      spentByMonth.set(month, (spentByMonth.get(month) ?? 0) + 7)
    }
    expect([...spentByMonth]).toEqual([
      [11, 98],
      [12, 98],
    ])
  })

  test('is billed to the month in which its request began', async () => {
    const asked: LeaseRequest[] = []
    const { port } = plainLedger(100)
    const quotas = quotasOn({
      ...port,
      lease: (request) => {
        asked.push(request)
        return port.lease(request)
      },
    })
    await quotas.hold(ada(100), 1, Date.UTC(2026, 11, 31, 23, 59, 59, 999))
    await quotas.hold(ada(100), 1, Date.UTC(2027, 0, 1))
    expect(asked.map(({ month }) => `${month.year}-${month.month}`)).toContain('2027-1')
    expect(asked[0]?.month).toEqual({ year: 2026, month: 12 })
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
            { patienceMs: 50, ...(ready && { ready }) },
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
    { numRuns: 80 },
  )
}, 30_000)
