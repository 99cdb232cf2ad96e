/** The pool beside other instances: what they write is taken over, and nothing counted here is lost by it. */
import { expect, test } from 'bun:test'
import type { UpstreamKey, UpstreamState } from '../core/entities.ts'
import type { Failure } from '../core/failure.ts'
import { createPool } from './health.ts'
import type { KeyStore } from './key-store.ts'

const FRESH: UpstreamState = {
  status: 'healthy',
  failureCount: 0,
  totalRequests: 0,
  totalErrors: 0,
  cooldownUntilMs: null,
  lastError: null,
}
const BROKEN: Failure = {
  class: 'server',
  detail: '500',
  status: 500,
  code: null,
  retryAfterMs: null,
  ambiguous: false,
  reset: false,
  timedOut: false,
  error: null,
}
const quiet = () => {}

function keyAs(changes: Partial<UpstreamState>): UpstreamKey {
  return {
    id: 1,
    name: 'main',
    provider: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    encryptedKey: '',
    keyHint: '',
    weight: 1,
    models: null,
    deployments: null,
    apiVersion: null,
    state: { ...FRESH, ...changes },
  }
}

function poolSaving(saveUpstreamStates: KeyStore['saveUpstreamStates'], nowMs = () => 0) {
  const unused = () => Promise.reject(new Error('the pool only saves'))
  const pool = createPool({
    store: {
      readDirectory: unused,
      readUpstreamKeys: unused,
      changedSinceLastCall: unused,
      ping: unused,
      saveUpstreamStates,
    },
    clock: { nowMs },
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet, requestFinished: quiet },
    rules: { threshold: 5, cooldownMs: 30_000 },
  })
  pool.adopt([keyAs({})])
  return pool
}

test("another instance's verdict is taken over, and what was counted here comes on top of its counters", async () => {
  const saved: UpstreamState[] = []
  const pool = poolSaving(async (states) => void saved.push(...states.values()))
  pool.succeeded(1)
  pool.succeeded(1)
  pool.adopt([keyAs({ status: 'invalid', totalRequests: 10, totalErrors: 1 })])
  expect(pool.state(1)).toMatchObject({ status: 'invalid', totalRequests: 12, totalErrors: 1 })
  expect(pool.isUsable(1)).toBe(false)
  await pool.save()
  expect(saved).toMatchObject([{ status: 'invalid', totalRequests: 12 }])
})

test('where others only counted, what is known here of the key stays', () => {
  const pool = poolSaving(async () => {})
  pool.failed(1, 'main', BROKEN)
  const before = pool.state(1)
  pool.adopt([keyAs({ totalRequests: 7 })])
  expect(pool.state(1)).toEqual({ ...FRESH, ...before, totalRequests: 8 })
})

test('what could not be saved is saved later, and nothing of it twice', async () => {
  let away = true
  const saved: UpstreamState[] = []
  const pool = poolSaving(async (states) => {
    if (away) throw new Error('away')
    saved.push(...states.values())
  })
  pool.succeeded(1)
  await pool.save()
  pool.succeeded(1)
  away = false
  await pool.save()
  await pool.save()
  expect(saved).toMatchObject([{ totalRequests: 2 }])
})

test('a clock set back by an hour does not make a key rest an hour longer', async () => {
  let nowMs = 5_000_000
  const saved: UpstreamState[] = []
  const pool = poolSaving(
    async (states) => void saved.push(...states.values()),
    () => nowMs,
  )
  pool.failed(1, 'main', { ...BROKEN, class: 'rate', retryAfterMs: 5_000 })
  nowMs -= 3_600_000
  await pool.save()
  expect(pool.isUsable(1)).toBe(false)
  nowMs += 5_000
  expect(pool.isUsable(1)).toBe(true)
  expect(saved).toMatchObject([{ status: 'cooldown' }])
})
