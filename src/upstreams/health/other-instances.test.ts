/** What instances learn of each other's keys and models through the store. */
import { describe, expect, test } from 'bun:test'
import { BROKEN, FRESH, healthRig, keyAs, ONE, TWO } from '../../../test/support/health-rig.ts'
import type { ModelState } from '../../core/entities.ts'
import { failure } from '../../core/failure.ts'

describe('with other instances', () => {
  const big: ModelState = {
    upstreamKeyId: 1,
    model: 'big',
    status: 'limited',
    failureCount: 0,
    untilMs: 2_000_000,
    lastError: 'status 429',
  }

  test("another instance's verdict is adopted, and what was counted here is added to its counters", async () => {
    const { health, saved } = healthRig()
    health.succeeded(ONE, 'm')
    health.succeeded(ONE, 'm')
    const row = keyAs(1, { status: 'disabled', totalRequests: 10, totalErrors: 1 })
    health.adopt({ upstreamKeys: [row], modelStates: [] })
    expect(health.state(1)).toMatchObject({ status: 'disabled', totalRequests: 12, totalErrors: 1 })
    expect(health.admission(ONE, 'm')).toBe('deny')
    await health.save()
    expect(saved[0]?.[0].get(1)).toMatchObject({ status: 'disabled', totalRequests: 12 })
  })

  test('local knowledge stays if other instances only counted', () => {
    const { health, fail } = healthRig()
    fail(ONE, 'm', BROKEN)
    const before = health.state(1)
    health.adopt({ upstreamKeys: [keyAs(1, { totalRequests: 7 })], modelStates: [] })
    expect(health.state(1)).toEqual({ ...FRESH, ...before, totalRequests: 8 })
  })

  test('the state of a model is written, adopted from others, and deleted when it recovers', async () => {
    const { health, clock, saved, fail } = healthRig()
    fail(ONE, 'big', failure('rate', 'status 429', { retryAfterMs: 60_000, status: 429 }))
    await health.save()
    const state = { ...big, untilMs: clock.nowMs + 60_000 }
    expect(saved[0]?.[1]).toEqual([{ upstreamKeyId: 1, model: 'big', state }])

    const other = healthRig()
    other.health.adopt({ upstreamKeys: [ONE, TWO], modelStates: [state] })
    expect(other.health.admission(ONE, 'big')).toBe('deny')
    expect(other.health.admission(ONE, 'small')).toBe('allow')
    other.clock.nowMs += 60_000
    other.health.succeeded(ONE, 'big')
    await other.health.save()
    expect(other.saved[0]?.[1]).toEqual([{ upstreamKeyId: 1, model: 'big', state: null }])
  })

  test('a deleted row is a reset: the model is asked again', async () => {
    const { health, fail } = healthRig()
    fail(ONE, 'big', BROKEN, { times: 5 })
    await health.save()
    health.adopt({ upstreamKeys: [ONE, TWO], modelStates: [] })
    expect(health.admission(ONE, 'big')).toBe('allow')
  })

  test('a state that could not be written yet does not count as a reset, and is written later, once', async () => {
    let away = true
    const { health, saved, fail } = healthRig(async () => {
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
