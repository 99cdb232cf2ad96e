/** Quotas by leases against a plain ledger: several instances, any order, and never a token too many. */
import { afterEach, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { User } from '../core/entities.ts'
import { GatewayError } from '../core/errors.ts'
import type { QuotaState } from '../core/quota.ts'
import type { LeaseKey, QuotaLedger } from '../ports/quota-ledger.ts'
import { createQuotas, type QuotaHold, type Quotas } from './quota.ts'

const NOW = Date.UTC(2026, 10, 23)
const silent = { debug() {}, info() {}, warn() {}, error() {}, requestFinished() {} }
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
  const ledger = {
    quota: quota as number | null,
    used: 0,
    away: false,
    leases,
    /** What storing a finished request does. */
    store(instanceId: string, tokens: number) {
      ledger.used += tokens
      leases.set(instanceId, (leases.get(instanceId) ?? 0) - tokens)
    },
    promised: () => ledger.used + [...leases.values()].reduce((sum, tokens) => sum + tokens, 0),
  }
  const stateFor = (instanceId: string): QuotaState | null => {
    if (ledger.quota === null) return null
    const leased = leases.get(instanceId) ?? 0
    const all = ledger.promised() - ledger.used
    return { quota: ledger.quota, used: ledger.used, leased, leasedElsewhere: all - leased }
  }
  const port: QuotaLedger = {
    async lease({ instanceId }: LeaseKey, decide) {
      await Bun.sleep(0)
      if (ledger.away) throw new Error('away')
      const state = stateFor(instanceId)
      if (state === null) return null
      const leased = state.leased + decide(state)
      leases.set(instanceId, leased)
      return { ...state, leased }
    },
    async look(userIds, _, instanceId) {
      const state = stateFor(instanceId)
      return new Map(userIds.flatMap((id) => (state === null ? [] : [[id, state]])))
    },
    async dropLeases(instanceId) {
      leases.delete(instanceId)
    },
  }
  return Object.assign(ledger, { port })
}

const running: Quotas[] = []
afterEach(async () => {
  for (const quotas of running.splice(0)) await quotas.stop()
})

function quotasOn(ledger: QuotaLedger, instanceId = 'one', share: 'all' | 'part' = 'all'): Quotas {
  const quotas = createQuotas({
    ledger,
    instanceId,
    share,
    logger: silent,
    ready: Promise.resolve(),
    patienceMs: 200,
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
    for (const share of ['all', 'part'] as const) {
      const quotas = quotasOn(ledger.port, share, share)
      const answers = await Promise.all(
        Array.from({ length: 500 }, () => held(quotas, ada(1_005), 10)),
      )
      expect(answers.filter((answer) => typeof answer === 'object')).toHaveLength(100)
      for (const hold of answers) if (typeof hold === 'object') quotas.release(hold)
      await quotas.stop()
    }
    expect(ledger.promised()).toBe(0)
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
    const quotas = quotasOn(ledger.port, 'one', 'part')
    expect(await held(quotas, ada(1_000), 10)).toBeObject()
    ledger.away = true
    expect(await held(quotas, ada(1_000), 10)).toBeObject()
    expect(await held(quotas, ada(1_000), 900)).toBe('quota_unavailable')
    ledger.away = false
    expect(await held(quotas, ada(1_000), 700)).toBeObject()
  })

  test('follows a quota that was raised, lowered or taken away', async () => {
    const ledger = plainLedger(100)
    const quotas = quotasOn(ledger.port)
    expect(await held(quotas, ada(100), 101)).toBe('insufficient_quota')
    ledger.quota = 200
    expect(await held(quotas, ada(200), 150)).toBeObject()
    ledger.quota = 160
    expect(await held(quotas, ada(160), 11)).toBe('insufficient_quota')
    expect(await held(quotas, ada(160), 10)).toBeObject()
    ledger.quota = null
    expect(await held(quotas, ada(170), 1)).toBe('no quota')
  })

  test('is billed to the month in which its request began', async () => {
    const asked: LeaseKey[] = []
    const { port } = plainLedger(100)
    const quotas = quotasOn({
      ...port,
      lease: (key, decide) => {
        asked.push(key)
        return port.lease(key, decide)
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
  | { do: 'release' | 'store' | 'stop'; instance: number }

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
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('release' as const, 'store' as const), instance }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stop' as const), instance }) },
)

test('no order of holds, settlements, stored records and restarts on three instances overspends or leaks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 60 }), async (todo) => {
      const quota = 1_000
      const ledger = plainLedger(quota)
      const all = [0, 1, 2].map((at) => ({
        id: `i${at}`,
        quotas: quotasOn(ledger.port, `i${at}`, 'part'),
        open: [] as QuotaHold[],
        unstored: [] as number[],
      }))
      let spent = 0
      for (const step of todo) {
        const one = all[step.instance]
        if (one === undefined) continue
        if (step.do === 'hold') {
          const hold = await held(one.quotas, ada(quota), step.tokens)
          if (typeof hold === 'object') one.open.push(hold)
        } else if (step.do === 'store') {
          for (const tokens of one.unstored.splice(0)) ledger.store(one.id, tokens)
        } else if (step.do === 'stop') {
          // As a process does: running requests end, what they spent is stored, the next one begins.
          for (const hold of one.open.splice(0)) one.quotas.release(hold)
          await one.quotas.stop()
          for (const tokens of one.unstored.splice(0)) ledger.store(one.id, tokens)
          expect(ledger.leases.get(one.id) ?? 0).toBe(0)
          one.quotas = quotasOn(ledger.port, one.id, 'part')
        } else {
          const hold = one.open.shift()
          if (hold === undefined) continue
          if (step.do !== 'settle') one.quotas.release(hold)
          else {
            const used = Math.floor(hold.tokens * step.share)
            one.quotas.settle(hold, used)
            one.unstored.push(used)
            spent += used
          }
        }
        const promised = all
          .flatMap(({ open }) => open)
          .reduce((sum, { tokens }) => sum + tokens, 0)
        expect(spent + promised).toBeLessThanOrEqual(quota)
        expect(ledger.promised()).toBeLessThanOrEqual(quota)
      }
      for (const one of all) {
        for (const hold of one.open) one.quotas.release(hold)
        for (const tokens of one.unstored) ledger.store(one.id, tokens)
        await one.quotas.stop()
      }
      expect(ledger.promised()).toBe(spent)
      expect(ledger.used).toBe(spent)
    }),
    { numRuns: 60 },
  )
}, 30_000)
