/** How a key that was refused and a breaker that opened are tried again. */
import { describe, expect, test } from 'bun:test'
import { BROKEN, healthRig, MINUTE, ONE, REFUSED, TWO } from '../../../test/support/health-rig.ts'
import { failure } from '../../core/failure.ts'

describe('a key that was refused', () => {
  test('is the only one that its request marks; the next is checked first', () => {
    const { health, fail } = healthRig()
    fail(ONE, 'm', REFUSED)
    fail(TWO, 'm', REFUSED, { mayMark: false })
    expect(health.state(2)?.status).toBe('healthy')
    expect(health.dueChecks()).toEqual([2])
    health.checked(2, 'refused')
    expect(health.state(2)?.status).toBe('invalid')
  })

  test('is checked after 1 min, 2 min, 4 min … 1 h', () => {
    const { health, clock, fail } = healthRig()
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

  test('returns once its list can be read', () => {
    const { health, clock, fail } = healthRig()
    fail(ONE, 'm', REFUSED)
    clock.nowMs += MINUTE
    expect(health.dueChecks()).toEqual([1])
    health.checked(1, 'accepted')
    expect(health.state(1)).toMatchObject({ status: 'healthy', cooldownUntilMs: null })
    expect(health.admission(ONE, 'm')).toBe('allow')
  })

  test('gets one request at a time if the check does not tell', () => {
    const { health, clock, fail } = healthRig()
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
    const { health, clock, fail } = healthRig()
    fail(ONE, 'm', REFUSED)
    clock.nowMs += MINUTE
    health.dueChecks()
    health.checked(1, 'accepted')
    fail(ONE, 'm', REFUSED)
    expect((health.state(1)?.cooldownUntilMs ?? 0) - clock.nowMs).toBe(2 * MINUTE)
  })
})

describe('an open breaker', () => {
  test('lets one probe pass at a time, for each model separately', () => {
    const { health, clock, fail } = healthRig()
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
    const { health, clock, fail } = healthRig()
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

test('a clock set back by an hour does not make a model rest an hour longer', async () => {
  const { health, clock, fail } = healthRig()
  fail(ONE, 'm', failure('rate', '', { retryAfterMs: 5_000 }))
  clock.nowMs -= 3_600_000
  await health.save()
  expect(health.admission(ONE, 'm')).toBe('deny')
  clock.nowMs += 5_000
  expect(health.admission(ONE, 'm')).toBe('allow')
})
