/** How far a failure reaches: a request, one model of a key, the key, the host. */
import { describe, expect, test } from 'bun:test'
import { BROKEN, healthRig, keyAs, ONE, REFUSED, TWO } from '../../../test/support/health-rig.ts'
import { failure } from '../../core/failure.ts'

describe('a failure reaches', () => {
  test('one model of a key, if it is about the model', () => {
    const { health, fail } = healthRig()
    fail(ONE, 'big', BROKEN, { times: 5 })
    expect(health.admission(ONE, 'big')).toBe('deny')
    expect(health.admission(ONE, 'small')).toBe('allow')
    expect(health.admission(TWO, 'big')).toBe('allow')
    expect(health.state(1)?.status).toBe('healthy')
  })

  test('all models of a key, if its code is about the key', () => {
    const { health, fail } = healthRig()
    fail(ONE, 'big', REFUSED)
    expect(health.admission(ONE, 'small')).toBe('deny')
    expect(health.admission(TWO, 'big')).toBe('allow')
    expect(health.state(1)).toMatchObject({ status: 'invalid', lastError: REFUSED.detail })
  })

  test('all keys of a host, if it can not be reached; one reply ends that', () => {
    const { health, fail } = healthRig()
    const elsewhere = keyAs(3, {}, 'https://b/v1')
    fail(ONE, 'm', failure('connect', 'refused'), { times: 5 })
    expect(health.admission(TWO, 'other')).toBe('deny')
    expect(health.admission(elsewhere, 'm')).toBe('allow')
    health.succeeded(TWO, 'other')
    expect(health.admission(TWO, 'other')).toBe('deny')
  })

  test('nothing, if it is about the request', () => {
    const { health, fail } = healthRig()
    for (const kind of ['client', 'context', 'filter'] as const)
      fail(ONE, 'm', failure(kind, '', { status: 400 }), { times: 20 })
    expect(health.admission(ONE, 'm')).toBe('allow')
    expect(health.state(1)).toMatchObject({ totalRequests: 60, totalErrors: 0, failureCount: 0 })
  })
})

describe('a refusal without a code about the key', () => {
  const flagged = failure('auth', 'status 403', { status: 403, scope: 'request' })
  const unpaid = failure('quota', 'status 402', { status: 402, scope: 'request' })

  test('changes nothing, however often the same request is refused', () => {
    const { health, fail } = healthRig()
    for (const failed of [flagged, unpaid]) fail(ONE, 'm', failed, { times: 20 })
    expect(health.admission(ONE, 'm')).toBe('allow')
    expect(health.state(1)?.status).toBe('healthy')
  })

  test('is confirmed by a different request: then the key is avoided, not denied', () => {
    const { health, clock, fail } = healthRig()
    fail(ONE, 'm', unpaid, { request: 'one' })
    fail(ONE, 'm', unpaid, { request: 'other' })
    expect(health.admission(ONE, 'm')).toBe('avoid')
    clock.nowMs += 5_000
    expect(health.admission(ONE, 'm')).toBe('allow')
  })

  test('is not confirmed if the key answered in between', () => {
    const { health, fail } = healthRig()
    fail(ONE, 'm', unpaid, { request: 'one' })
    health.succeeded(ONE, 'm')
    fail(ONE, 'm', unpaid, { request: 'other' })
    expect(health.admission(ONE, 'm')).toBe('allow')
  })

  test('is checked against the model list, and only a 401 there makes the key invalid', () => {
    const { health, fail } = healthRig()
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
    const { health, fail } = healthRig()
    health.succeeded(ONE, 'm')
    fail(ONE, 'm', flagged)
    health.dueChecks()
    health.checked(1, 'doubtful')
    expect(health.state(1)?.status).toBe('healthy')
  })

  test('counts against the model at this key if another key answered the same request', () => {
    const { health } = healthRig()
    health.blamed(ONE, 'm', flagged)
    expect(health.admission(ONE, 'm')).toBe('avoid')
    expect(health.admission(ONE, 'other')).toBe('allow')
  })
})
