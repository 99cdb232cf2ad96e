/** How many concurrent requests a key, user or address may have, who waits, and who is ended with their key. */
import { describe, expect, test } from 'bun:test'
import type { Caller } from '../access/caller.ts'
import { createInFlight, type InFlightRules } from './in-flight.ts'
import { createSlots } from './slots.ts'

interface Own {
  user?: number
  priority?: number
  maxInFlight?: number | null
  userMax?: number | null
}
const callerOf = (id: number, own: Own = {}) =>
  ({
    key: { id, priority: own.priority ?? 0, maxInFlight: own.maxInFlight ?? null },
    user: { id: own.user ?? id, maxInFlight: own.userMax ?? null },
  }) as unknown as Caller

function clientAt(address = 'a') {
  const client = { ended: 0, peer: () => address, headers: { get: () => null }, revoke: () => {} }
  client.revoke = () => void client.ended++
  return client
}
const signal = () => {
  const listeners: (() => void)[] = []
  return {
    aborted: false,
    listen: (listener: () => void) => void listeners.push(listener),
    unlisten() {},
    abort() {
      this.aborted = true
      for (const listener of listeners) listener()
    },
  }
}
const cap = (max: number) => ({ max, shared: false })
const inFlightWith = (more: Partial<InFlightRules> = {}) =>
  createInFlight({
    ...{ perKey: cap(0), perUser: cap(0), perAddress: cap(0) },
    queue: { timeoutMs: 0, max: 100 },
    slots: createSlots({ shared: null, failOpen: true }),
    addressOf: (peer) => peer.peer() ?? '',
    ...more,
  })
type InFlight = ReturnType<typeof inFlightWith>
/** For what needs no waiting. */
const enter = (inFlight: InFlight, caller: Caller, client = clientAt()): (() => void) => {
  const entered = inFlight.enter(caller, client, signal())
  if (entered instanceof Promise) throw new Error('it has to wait')
  return entered
}
const refusal = async (inFlight: InFlight, caller: Caller, client = clientAt()) => {
  try {
    await inFlight.enter(caller, client, signal())
  } catch (error) {
    return error as Error & { code: string; status: number; headers: Record<string, string> }
  }
  throw new Error('it was let in')
}

describe('requests in flight', () => {
  test('are bounded by key, and come free as they end, once each', async () => {
    const inFlight = inFlightWith({ perKey: cap(2) })
    const leave = enter(inFlight, callerOf(1))
    enter(inFlight, callerOf(1))
    const refused = await refusal(inFlight, callerOf(1))
    expect([refused.code, refused.status]).toEqual(['too_many_in_flight', 429])
    expect(refused.headers['retry-after']).toBe('1')
    enter(inFlight, callerOf(2))
    leave()
    leave()
    enter(inFlight, callerOf(1))
    await refusal(inFlight, callerOf(1))
  })

  test("a key's own cap replaces the default, and 0 means no limit", async () => {
    const inFlight = inFlightWith({ perKey: cap(1) })
    const own = callerOf(1, { maxInFlight: 2 })
    enter(inFlight, own)
    enter(inFlight, own)
    expect((await refusal(inFlight, own)).message).toContain('its max_in_flight')
    const unlimited = callerOf(2, { maxInFlight: 0 })
    for (let count = 0; count < 50; count++) enter(inFlight, unlimited)
  })

  test('are bounded by user over all their keys, and a refusal costs the key nothing', async () => {
    const inFlight = inFlightWith({ perKey: cap(1) })
    const [one, two] = [1, 2].map((id) => callerOf(id, { user: 7, userMax: 1 })) as [Caller, Caller]
    const leave = enter(inFlight, one)
    expect((await refusal(inFlight, two)).message).toContain("the user's max_in_flight")
    leave()
    enter(inFlight, two)
  })

  test('are bounded by address, and a refusal costs the key nothing', async () => {
    const inFlight = inFlightWith({ perKey: cap(2), perAddress: cap(1) })
    const leave = enter(inFlight, callerOf(1))
    expect((await refusal(inFlight, callerOf(1))).message).toContain('the address a')
    enter(inFlight, callerOf(1), clientAt('b'))
    leave()
    enter(inFlight, callerOf(1))
  })

  test('without limits are any number', () => {
    const inFlight = inFlightWith()
    for (let count = 0; count < 1000; count++) enter(inFlight, callerOf(1))
  })

  test('of callers that may no longer be served are ended, those that wait as well', async () => {
    const inFlight = inFlightWith({ perKey: cap(1), queue: { timeoutMs: 60_000, max: 9 } })
    const [kept, ended, left, waiting] = [clientAt(), clientAt(), clientAt(), clientAt()]
    enter(inFlight, callerOf(3), left)()
    enter(inFlight, callerOf(1), kept)
    enter(inFlight, callerOf(2), ended)
    const gone = signal()
    const waits = inFlight.enter(callerOf(2), waiting, gone)
    waiting.revoke = () => {
      waiting.ended++
      gone.abort()
    }
    inFlight.endOthersThan(({ key }) => key.id === 1)
    expect([kept.ended, ended.ended, left.ended, waiting.ended]).toEqual([0, 1, 0, 1])
    await expect(waits).rejects.toMatchObject({ code: 'client_closed_request' })
  })
})

describe('a request whose caps are full', () => {
  test('waits for another one to end', async () => {
    const inFlight = inFlightWith({ perKey: cap(1), queue: { timeoutMs: 60_000, max: 9 } })
    const leave = enter(inFlight, callerOf(1))
    const waits = inFlight.enter(callerOf(1), clientAt(), signal())
    leave()
    const second = await waits
    second()
    enter(inFlight, callerOf(1))
  })

  test('is refused after its time with the number of those that wait', async () => {
    const inFlight = inFlightWith({ perKey: cap(1), queue: { timeoutMs: 20, max: 9 } })
    enter(inFlight, callerOf(1))
    const longer = inFlight.enter(callerOf(1), clientAt(), signal()) as Promise<() => void>
    const [first] = await Promise.allSettled([longer])
    expect(first.status).toBe('rejected')
    const [one, other] = [1, 2].map(() => refusal(inFlight, callerOf(1)))
    expect((await one)?.message).toContain('1 more wait')
    await other
  })

  test('is refused at once if too many wait already', async () => {
    const inFlight = inFlightWith({ perKey: cap(1), queue: { timeoutMs: 60_000, max: 1 } })
    const leave = enter(inFlight, callerOf(1))
    const waits = inFlight.enter(callerOf(1), clientAt(), signal())
    expect((await refusal(inFlight, callerOf(1))).code).toBe('too_many_in_flight')
    leave()
    await waits
  })

  test('goes before those of a lower priority, and after those of its own that came before', async () => {
    const inFlight = inFlightWith({ perUser: cap(1), queue: { timeoutMs: 60_000, max: 9 } })
    const leave = enter(inFlight, callerOf(1, { user: 7 }))
    const order: string[] = []
    const wait = async (name: string, priority: number) => {
      const left = await inFlight.enter(callerOf(1, { user: 7, priority }), clientAt(), signal())
      order.push(name)
      left()
    }
    const all = [wait('low 1', 0), wait('high 1', 9), wait('low 2', 0), wait('high 2', 9)]
    leave()
    await Promise.all(all)
    expect(order).toEqual(['high 1', 'high 2', 'low 1', 'low 2'])
  })

  test('is not overtaken by one that comes later', async () => {
    const inFlight = inFlightWith({ perKey: cap(1), queue: { timeoutMs: 60_000, max: 9 } })
    const leave = enter(inFlight, callerOf(1))
    const order: number[] = []
    const wait = async (at: number) => {
      const left = await inFlight.enter(callerOf(1), clientAt(), signal())
      order.push(at)
      left()
    }
    const waiting = wait(1)
    leave()
    await Promise.all([waiting, wait(2)])
    expect(order).toEqual([1, 2])
  })

  test('stops waiting when its client is gone, and holds no slot', async () => {
    const inFlight = inFlightWith({ perKey: cap(1), queue: { timeoutMs: 60_000, max: 9 } })
    const leave = enter(inFlight, callerOf(1))
    const gone = signal()
    const waits = inFlight.enter(callerOf(1), clientAt(), gone)
    gone.abort()
    await expect(waits).rejects.toMatchObject({ code: 'client_closed_request' })
    leave()
    enter(inFlight, callerOf(1))
  })
})
