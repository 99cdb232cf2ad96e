/** Several instances on one quota, against a plain ledger: each can reach tokens that are free on another. */
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
import type { QuotaReservation } from './quota.ts'

afterEach(stopQuotas)

/** Two instances that each lease a quarter of the remainder at a time. */
function pairOn(ledger: ReturnType<typeof plainLedger>) {
  const instance = (name: string) =>
    quotasOn(
      ledger.portOf(() => false),
      name,
      4,
    )
  return [instance('one'), instance('other')] as const
}

describe('a hold', () => {
  test("of a request that can't be served takes nothing that may serve one of another instance", async () => {
    const ledger = plainLedger(1_000)
    const [one, other] = pairOn(ledger)
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
    const hold = (await one.hold(ada(100), 50, NOW)) as QuotaReservation
    one.settle(hold, 120)
    await one.watch(ledger.stored).settle([recordOf(120)], 'one')
    ledger.quota = 110
    expect(await held(other, ada(110), 1)).toBe('insufficient_quota')
    ledger.quota = 125
    other.changed()
    expect(await held(other, ada(125), 6)).toBe('insufficient_quota')
    expect(await held(other, ada(125), 5)).toBeObject()
  })

  test('gets the free tokens of another instance’s lease, which then gets some again', async () => {
    const ledger = plainLedger(1_000)
    const [one, other] = pairOn(ledger)
    expect(await held(one, ada(1_000), 10)).toBeObject()
    expect(ledger.leases.get('one')).toBe(250)
    expect(await held(other, ada(1_000), 900)).toBeObject()
    expect(await held(one, ada(1_000), 60)).toBeObject()
    expect(await held(other, ada(1_000), 30)).toBeObject()
    expect(ledger.promised()).toBe(1_000)
    expect(await held(one, ada(1_000), 1)).toBe('insufficient_quota')
  })

  test('is not taken from quota that is being returned, or may be because the answer was lost', async () => {
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

  test('waits for quota that requests of another instance hold, and is asked to retry if they go on', async () => {
    const ledger = plainLedger(1_000)
    const [one, other] = pairOn(ledger)
    const running = (await one.hold(ada(1_000), 600, NOW)) as QuotaReservation
    const error = await Promise.resolve(other.hold(ada(1_000), 500, NOW)).catch((thrown) => thrown)
    expect(error.message).toContain(
      '0 used, 0 reserved by requests in flight, 1000 left (600 on lease to other instances or threads); this request asks for 500',
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
