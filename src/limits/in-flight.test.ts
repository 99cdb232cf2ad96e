/** How many concurrent requests a key or address may have, and which are ended when a key is revoked. */
import { describe, expect, test } from 'bun:test'
import type { Caller } from '../access/caller.ts'
import { createInFlight } from './in-flight.ts'

const callerOf = (id: number) => ({ key: { id }, user: { id } }) as unknown as Caller

function clientAt(address: string) {
  const client = { ended: 0, peer: () => address, headers: { get: () => null }, revoke: () => {} }
  client.revoke = () => void client.ended++
  return client
}
const rules = { addressOf: (peer: { peer(): string | null }) => peer.peer() ?? '' }

describe('requests under way', () => {
  test('are bounded by key, and come free as they end', () => {
    const inFlight = createInFlight({ ...rules, perKey: 2, perAddress: 0 })
    const enter = (id: number) => inFlight.enter(callerOf(id), clientAt('a'))
    const leave = enter(1)
    enter(1)
    expect(() => enter(1)).toThrow(
      expect.objectContaining({ code: 'too_many_in_flight', status: 429 }),
    )
    enter(2)
    leave()
    leave()
    enter(1)
    expect(() => enter(1)).toThrow()
  })

  test('are bounded by address, and a refusal takes nothing of the key', () => {
    const inFlight = createInFlight({ ...rules, perKey: 2, perAddress: 1 })
    const leave = inFlight.enter(callerOf(1), clientAt('a'))
    expect(() => inFlight.enter(callerOf(1), clientAt('a'))).toThrow('the address a')
    inFlight.enter(callerOf(1), clientAt('b'))
    leave()
    inFlight.enter(callerOf(1), clientAt('a'))
  })

  test('without limits are any number', () => {
    const inFlight = createInFlight({ ...rules, perKey: 0, perAddress: 0 })
    for (let count = 0; count < 1000; count++) inFlight.enter(callerOf(1), clientAt('a'))
  })

  test('of callers that may no longer be served are ended', () => {
    const inFlight = createInFlight({ ...rules, perKey: 0, perAddress: 0 })
    const [kept, ended, left] = [clientAt('a'), clientAt('a'), clientAt('a')]
    inFlight.enter(callerOf(1), kept)
    inFlight.enter(callerOf(2), ended)
    inFlight.enter(callerOf(2), left)()
    inFlight.endOthersThan(({ key }) => key.id === 1)
    expect([kept.ended, ended.ended, left.ended]).toEqual([0, 1, 0])
  })
})
