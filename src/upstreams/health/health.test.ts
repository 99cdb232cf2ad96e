/** The health of keys, models and hosts: how far a failure reaches, how it ends, and what other instances write. */
import { describe, expect, test } from 'bun:test'
import type { ModelState, UpstreamKey, UpstreamState } from '../../core/entities.ts'
import { type Failure, failure } from '../../core/failure.ts'
import type { KeyStore, ModelStateChange } from '../key-store.ts'
import { createKeyHealth, type KeyHealth } from './health.ts'

const MINUTE = 60_000
const FRESH: UpstreamState = {
  status: 'healthy',
  failureCount: 0,
  totalRequests: 0,
  totalErrors: 0,
  cooldownUntilMs: null,
  lastError: null,
}
const BROKEN = failure('server', 'status 500', { status: 500 })
const REFUSED = failure('auth', 'status 401, invalid_api_key', { status: 401 })
const quiet = () => {}

function keyAs(id: number, changes: Partial<UpstreamState> = {}, baseUrl = 'https://a/v1') {
  const key: UpstreamKey = {
    id,
    name: `key-${id}`,
    provider: 'openai',
    baseUrl,
    encryptedKey: '',
    keyHint: '',
    weight: 1,
    models: null,
    deployments: null,
    headers: null,
    apiVersion: null,
    maxInFlight: null,
    tags: [],
    state: { ...FRESH, ...changes },
  }
  return key
}
const [ONE, TWO] = [keyAs(1), keyAs(2)]

interface Rig {
  health: KeyHealth
  clock: { nowMs: number }
  saved: [Map<number, UpstreamState>, ModelStateChange[]][]
  fail(key: UpstreamKey, model: string, failed: Failure, more?: Partial<FailedMore>): void
}
interface FailedMore {
  request: string
  mayMark: boolean
  times: number
}

function rig(save: KeyStore['saveUpstreamStates'] = async () => {}): Rig {
  const clock = { nowMs: 1_000_000 }
  const saved: Rig['saved'] = []
  const health = createKeyHealth({
    store: {
      async saveUpstreamStates(states, models) {
        await save(states, models)
        saved.push([new Map(states), [...models]])
      },
    },
    clock: { nowMs: () => clock.nowMs },
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet, requestFinished: quiet },
    rules: { threshold: 5, cooldownMs: 5_000, maxCooldownMs: MINUTE },
  })
  health.adopt({ upstreamKeys: [ONE, TWO], modelStates: [] })
  return {
    health,
    clock,
    saved,
    fail(key, model, failed, { request = 'r', mayMark = true, times = 1 } = {}) {
      for (let time = 0; time < times; time++)
        health.failed(key, model, { failed, request, mayMark })
    },
  }
}

describe('a failure reaches', () => {
  test('one model of a key, if it is about the model', () => {
    const { health, fail } = rig()
    fail(ONE, 'big', BROKEN, { times: 5 })
    expect(health.admission(ONE, 'big')).toBe('deny')
    expect(health.admission(ONE, 'small')).toBe('allow')
    expect(health.admission(TWO, 'big')).toBe('allow')
    expect(health.state(1)?.status).toBe('healthy')
  })

  test('all models of a key, if its code is about the key', () => {
    const { health, fail } = rig()
    fail(ONE, 'big', REFUSED)
    expect(health.admission(ONE, 'small')).toBe('deny')
    expect(health.admission(TWO, 'big')).toBe('allow')
    expect(health.state(1)).toMatchObject({ status: 'invalid', lastError: REFUSED.detail })
  })

  test('all keys of a host, if it can not be reached; one reply ends that', () => {
    const { health, fail } = rig()
    const elsewhere = keyAs(3, {}, 'https://b/v1')
    fail(ONE, 'm', failure('connect', 'refused'), { times: 5 })
    expect(health.admission(TWO, 'other')).toBe('deny')
    expect(health.admission(elsewhere, 'm')).toBe('allow')
    health.succeeded(TWO, 'other')
    expect(health.admission(TWO, 'other')).toBe('deny')
  })

  test('nothing, if it is about the request', () => {
    const { health, fail } = rig()
    for (const kind of ['client', 'context', 'filter'] as const)
      fail(ONE, 'm', failure(kind, '', { status: 400 }), { times: 20 })
    expect(health.admission(ONE, 'm')).toBe('allow')
    expect(health.state(1)).toMatchObject({ totalRequests: 60, totalErrors: 0, failureCount: 0 })
  })
})

describe('a refusal without a code about the key', () => {
  const flagged = failure('auth', 'status 403', { status: 403, scope: 'request' })
  const unpaid = failure('quota', 'status 402', { status: 402, scope: 'request' })

  test('changes nothing by itself, however often the same request is refused', () => {
    const { health, fail } = rig()
    for (const failed of [flagged, unpaid]) fail(ONE, 'm', failed, { times: 20 })
    expect(health.admission(ONE, 'm')).toBe('allow')
    expect(health.state(1)?.status).toBe('healthy')
  })

  test('is confirmed by a different request: then the key is avoided, not denied', () => {
    const { health, clock, fail } = rig()
    fail(ONE, 'm', unpaid, { request: 'one' })
    fail(ONE, 'm', unpaid, { request: 'other' })
    expect(health.admission(ONE, 'm')).toBe('avoid')
    clock.nowMs += 5_000
    expect(health.admission(ONE, 'm')).toBe('allow')
  })

  test('is not confirmed if the key answered in between', () => {
    const { health, fail } = rig()
    fail(ONE, 'm', unpaid, { request: 'one' })
    health.succeeded(ONE, 'm')
    fail(ONE, 'm', unpaid, { request: 'other' })
    expect(health.admission(ONE, 'm')).toBe('allow')
  })

  test('is checked against the model list, and only a 401 there makes the key invalid', () => {
    const { health, fail } = rig()
    fail(ONE, 'm', flagged)
    expect(health.dueChecks()).toEqual([1])
    expect(health.dueChecks()).toEqual([])
    health.checked(1, 'unclear')
    expect(health.state(1)?.status).toBe('healthy')
    fail(ONE, 'm', flagged)
    expect(health.dueChecks()).toEqual([1])
    health.checked(1, 'doubtful')
    expect(health.state(1)?.status).toBe('invalid')
  })

  test('never disables a key that answered lately, such as one without the right to list', () => {
    const { health, fail } = rig()
    health.succeeded(ONE, 'm')
    fail(ONE, 'm', flagged)
    health.dueChecks()
    health.checked(1, 'doubtful')
    expect(health.state(1)?.status).toBe('healthy')
  })

  test('held against the model at this key if another key answered the same request', () => {
    const { health } = rig()
    health.blamed(ONE, 'm', flagged)
    expect(health.admission(ONE, 'm')).toBe('avoid')
    expect(health.admission(ONE, 'other')).toBe('allow')
  })
})

describe('a key that was refused', () => {
  test('is the only one that its request marks; the next is checked first', () => {
    const { health, fail } = rig()
    fail(ONE, 'm', REFUSED)
    fail(TWO, 'm', REFUSED, { mayMark: false })
    expect(health.state(2)?.status).toBe('healthy')
    expect(health.dueChecks()).toEqual([2])
    health.checked(2, 'refused')
    expect(health.state(2)?.status).toBe('invalid')
  })

  test('is checked after 1 min, 2 min, 4 min … 1 h', () => {
    const { health, clock, fail } = rig()
    fail(ONE, 'm', REFUSED)
    const waits: number[] = []
    for (let check = 0; check < 9; check++) {
      const sinceMs = clock.nowMs
      while (health.dueChecks().length === 0) clock.nowMs += MINUTE / 2
      waits.push((clock.nowMs - sinceMs) / MINUTE)
      health.checked(1, 'refused')
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
  })

  test('returns by itself once its list is given', () => {
    const { health, clock, fail } = rig()
    fail(ONE, 'm', REFUSED)
    clock.nowMs += MINUTE
    expect(health.dueChecks()).toEqual([1])
    health.checked(1, 'accepted')
    expect(health.state(1)).toMatchObject({ status: 'healthy', cooldownUntilMs: null })
    expect(health.admission(ONE, 'm')).toBe('allow')
  })

  test('gets one request at a time if the check does not tell', () => {
    const { health, clock, fail } = rig()
    fail(ONE, 'm', REFUSED)
    clock.nowMs += MINUTE
    health.dueChecks()
    health.checked(1, 'doubtful')
    expect(health.admission(ONE, 'm')).toBe('probe')
    health.claim(ONE, 'm')
    expect(health.admission(ONE, 'm')).toBe('deny')
    health.succeeded(ONE, 'm')
    expect(health.state(1)?.status).toBe('healthy')
  })

  test('keeps its growing interval until it really answered', () => {
    const { health, clock, fail } = rig()
    fail(ONE, 'm', REFUSED)
    clock.nowMs += MINUTE
    health.dueChecks()
    health.checked(1, 'accepted')
    fail(ONE, 'm', REFUSED)
    expect((health.state(1)?.cooldownUntilMs ?? 0) - clock.nowMs).toBe(2 * MINUTE)
  })
})

describe('an open breaker', () => {
  test('lets one probe pass at a time, for each model by itself', () => {
    const { health, clock, fail } = rig()
    fail(ONE, 'm', BROKEN, { times: 5 })
    clock.nowMs += 5_000
    expect(health.admission(ONE, 'm')).toBe('probe')
    health.claim(ONE, 'm')
    expect(health.admission(ONE, 'm')).toBe('deny')
    health.released(ONE, 'm')
    expect(health.admission(ONE, 'm')).toBe('probe')
    health.claim(ONE, 'm')
    health.begun(ONE, 'm')
    expect(health.admission(ONE, 'm')).toBe('allow')
  })

  test('is checked in the background if no client comes', () => {
    const { health, clock, fail } = rig()
    fail(ONE, 'm', BROKEN, { times: 5 })
    clock.nowMs += 6_999
    expect(health.dueChecks()).toEqual([])
    clock.nowMs += 1
    expect(health.dueChecks()).toEqual([1])
    health.checked(1, 'unreachable')
    expect(health.admission(ONE, 'm')).toBe('deny')
    clock.nowMs += 12_000
    expect(health.dueChecks()).toEqual([1])
    health.checked(1, 'accepted')
    expect(health.admission(ONE, 'm')).toBe('allow')
  })
})

describe('beside other instances', () => {
  const big: ModelState = {
    upstreamKeyId: 1,
    model: 'big',
    status: 'limited',
    failureCount: 0,
    untilMs: 2_000_000,
    lastError: 'status 429',
  }

  test("another's verdict is taken over, and what was counted here comes on top of its counters", async () => {
    const { health, saved } = rig()
    health.succeeded(ONE, 'm')
    health.succeeded(ONE, 'm')
    const row = keyAs(1, { status: 'disabled', totalRequests: 10, totalErrors: 1 })
    health.adopt({ upstreamKeys: [row], modelStates: [] })
    expect(health.state(1)).toMatchObject({ status: 'disabled', totalRequests: 12, totalErrors: 1 })
    expect(health.admission(ONE, 'm')).toBe('deny')
    await health.save()
    expect(saved[0]?.[0].get(1)).toMatchObject({ status: 'disabled', totalRequests: 12 })
  })

  test('what is known here stays where others only counted', () => {
    const { health, fail } = rig()
    fail(ONE, 'm', BROKEN)
    const before = health.state(1)
    health.adopt({ upstreamKeys: [keyAs(1, { totalRequests: 7 })], modelStates: [] })
    expect(health.state(1)).toEqual({ ...FRESH, ...before, totalRequests: 8 })
  })

  test("the state of a model is written, taken over from others, and deleted when it's well", async () => {
    const { health, clock, saved, fail } = rig()
    fail(ONE, 'big', failure('rate', 'status 429', { retryAfterMs: 60_000, status: 429 }))
    await health.save()
    const state = { ...big, untilMs: clock.nowMs + 60_000 }
    expect(saved[0]?.[1]).toEqual([{ upstreamKeyId: 1, model: 'big', state }])

    const other = rig()
    other.health.adopt({ upstreamKeys: [ONE, TWO], modelStates: [state] })
    expect(other.health.admission(ONE, 'big')).toBe('deny')
    expect(other.health.admission(ONE, 'small')).toBe('allow')
    other.clock.nowMs += 60_000
    other.health.succeeded(ONE, 'big')
    await other.health.save()
    expect(other.saved[0]?.[1]).toEqual([{ upstreamKeyId: 1, model: 'big', state: null }])
  })

  test('a deleted row is a reset: the model is asked again', async () => {
    const { health, fail } = rig()
    fail(ONE, 'big', BROKEN, { times: 5 })
    await health.save()
    health.adopt({ upstreamKeys: [ONE, TWO], modelStates: [] })
    expect(health.admission(ONE, 'big')).toBe('allow')
  })

  test('a state that could not be written yet is no reset, and is written later, once', async () => {
    let away = true
    const { health, saved, fail } = rig(async () => {
      if (away) throw new Error('away')
    })
    fail(ONE, 'big', BROKEN, { times: 5 })
    await health.save()
    health.adopt({ upstreamKeys: [ONE, TWO], modelStates: [] })
    expect(health.admission(ONE, 'big')).toBe('deny')
    away = false
    await health.save()
    await health.save()
    expect(saved).toHaveLength(1)
    expect(saved[0]?.[0].get(1)).toMatchObject({ totalRequests: 5 })
    expect(saved[0]?.[1]).toMatchObject([{ model: 'big', state: { status: 'cooldown' } }])
  })
})

test('a clock set back by an hour does not make a model rest an hour longer', async () => {
  const { health, clock, fail } = rig()
  fail(ONE, 'm', failure('rate', '', { retryAfterMs: 5_000 }))
  clock.nowMs -= 3_600_000
  await health.save()
  expect(health.admission(ONE, 'm')).toBe('deny')
  clock.nowMs += 5_000
  expect(health.admission(ONE, 'm')).toBe('allow')
})
