/** Quota leases on one instance, against a plain ledger. */
import { afterEach, describe, expect, test } from 'bun:test'
import {
  ada,
  held,
  NOW,
  plainLedger,
  quotasOn,
  recordOf,
  stopQuotas,
} from '../../test/support/plain-ledger.ts'
import { GatewayError } from '../core/errors.ts'
import type { LeaseRequest } from './ledger.ts'
import type { QuotaReservation } from './quota.ts'
import { LEASE_LASTS_MS } from './rules.ts'

afterEach(stopQuotas)

describe('a hold', () => {
  test('costs a user without a quota nothing', () => {
    expect(quotasOn(plainLedger(10).port).hold(ada(null), 5, NOW)).toBeNull()
  })

  test('waits for the ledger once, and not at all if the lease is sufficient', async () => {
    const quotas = quotasOn(plainLedger(100).port)
    const first = quotas.hold(ada(100), 10, NOW)
    expect(first).toBeInstanceOf(Promise)
    await first
    expect(quotas.hold(ada(100), 10, NOW)).not.toBeInstanceOf(Promise)
  })

  test('of hundreds at once is given exactly as often as the quota allows', async () => {
    const ledger = plainLedger(1_005)
    for (const divisor of [1, 4]) {
      const quotas = quotasOn(ledger.port, `instance-${divisor}`, divisor, { patienceMs: 5_000 })
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
    const running = (await quotas.hold(ada(100), 50, NOW)) as QuotaReservation
    const spent = (await quotas.hold(ada(100), 10, NOW)) as QuotaReservation
    quotas.settle(spent, 8)
    const error = await Promise.resolve(quotas.hold(ada(100), 13, NOW)).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(GatewayError)
    expect(error.message).toContain(
      '100 tokens a month, 38 used, 50 reserved by requests in flight, 12 left; this request asks for 13',
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

  test('follows a quota that was raised, lowered or removed, once it is notified', async () => {
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

  test('that is larger than the whole quota is refused for good', async () => {
    const quotas = quotasOn(plainLedger(100).port)
    const error = await Promise.resolve(quotas.hold(ada(100), 101, NOW)).catch((thrown) => thrown)
    expect(error.message).toContain('is 100 tokens, and this request alone asks for 101')
    expect(error.message).toContain('can never pass')
    expect(error.headers).toEqual({
      'x-should-retry': 'false',
      'x-gpt-proxy-quota-remaining': '100',
    })
  })

  test('still serves a user who was idle when the ledger became unavailable, for a quarter of an hour', async () => {
    let nowMs = 0
    const ledger = plainLedger(1_000)
    const quotas = quotasOn(ledger.port, 'one', 4, { monotonicMs: () => nowMs })
    expect(await held(quotas, ada(1_000), 10)).toBeObject()
    ledger.away = true
    const look = async () => {
      for (let looks = 0; looks < 12; looks++) quotas.tick()
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

  test('returns unused tokens, and only those', async () => {
    const ledger = plainLedger(100)
    const quotas = quotasOn(ledger.port)
    const hold = (await quotas.hold(ada(100), 30, NOW)) as QuotaReservation
    for (let look = 0; look < 4; look++) quotas.tick()
    await Bun.sleep(10)
    expect(ledger.leases.get('one')).toBe(30)
    quotas.settle(hold, 20)
    await quotas.watch(ledger.stored).settle([recordOf(20)], 'one')
    for (let look = 0; look < 4; look++) quotas.tick()
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
