/** Threads that share the health of keys, each with its own copy, against one that has it alone. */
import { expect, test } from 'bun:test'
import { BROKEN, FRESH, keyAs, REFUSED } from '../../../test/support/health-rig.ts'
import type { UpstreamState } from '../../core/entities.ts'
import { failure } from '../../core/failure.ts'
import { createKeyHealth, type KeyHealth } from '../../upstreams/health/health.ts'
import { createSharedHealth } from '../../upstreams/health/shared-health.ts'
import { allocateSharedMemory } from './layout.ts'
import { createSharedLog } from './shared-log.ts'

const KEYS = [keyAs(1), keyAs(2), keyAs(3, {}, 'https://b/v1')]
const MODELS = ['m', 'n']
const rules = { threshold: 5, cooldownMs: 5_000, maxCooldownMs: 60_000 }
const unlogged = () => {}
const logger = {
  debug: unlogged,
  info: unlogged,
  warn: unlogged,
  error: unlogged,
  requestFinished: unlogged,
}

function rig() {
  const clock = { now: 1_000_000 }
  const memory = allocateSharedMemory()
  const stored = new Map<number, UpstreamState>()
  const store = {
    async saveUpstreamStates(states: ReadonlyMap<number, UpstreamState>) {
      for (const [id, state] of states) stored.set(id, state)
    },
  }
  const parts = { store, clock: { nowMs: () => clock.now }, logger, rules }
  const lost: number[] = []
  const threads = [0, 1, 2].map((thread) =>
    createSharedHealth({
      ...parts,
      log: createSharedLog(memory, () => lost.push(thread)),
      keepsStore: thread === 0,
    }),
  )
  const one = createKeyHealth({ ...parts, store: { async saveUpstreamStates() {} } })
  const rows = { upstreamKeys: KEYS, modelStates: [] }
  for (const health of [...threads, one]) health.adopt(rows)
  return { clock, threads, one, stored, lost }
}

test('keys are admitted as by one thread, whichever thread learns of an event or asks', async () => {
  const { clock, threads, one, stored, lost } = rig()
  let state = 11
  const random = (below: number) => {
    state = (state * 1103515245 + 12345) % 2 ** 31
    return (state >> 8) % below
  }
  const failures = [
    BROKEN,
    BROKEN,
    BROKEN,
    REFUSED,
    failure('connect', 'refused'),
    failure('rate', 'status 429', { status: 429, retryAfterMs: 2_000 }),
    failure('auth', 'status 403', { status: 403, scope: 'request' }),
    failure('client', 'status 400', { status: 400 }),
  ]
  for (let step = 0; step < 20_000; step++) {
    clock.now += random(3) === 0 ? random(2_000) : 0
    const key = KEYS[random(3)] ?? keyAs(1)
    const model = MODELS[random(2)] ?? 'm'
    const thread = threads[random(3)] ?? one
    const [first, asked] = [threads[0] ?? one, threads[random(3)] ?? one]
    expect(asked.admission(key, model)).toBe(one.admission(key, model))
    expect(asked.restsUntilMs(key, model)).toBe(one.restsUntilMs(key, model))
    const kind = random(12)
    const failed = failures[random(failures.length)] ?? BROKEN
    const attempt = { failed, request: String(random(3)), mayMark: random(2) === 0 }
    const deed = (health: KeyHealth): void => {
      if (kind === 1) health.begun(key, model)
      else if (kind < 8) health.succeeded(key, model)
      else if (kind < 10) health.failed(key, model, attempt)
      else if (kind === 10) health.blamed(key, model, failed)
      else health.released(key, model)
    }
    if (kind === 0) expect(thread.claim(key, model)).toBe(one.claim(key, model))
    else for (const health of [thread, one]) deed(health)
    if (random(10) > 0) continue
    for (const health of threads) await health.save()
    await one.save()
    expect(first.dueChecks()).toEqual(one.dueChecks())
    if (random(5) > 0) continue
    for (const health of [asked, one]) health.checked(key.id, 'accepted')
  }
  for (const health of threads) await health.save()
  await threads[0]?.save()
  for (const { id } of KEYS) {
    expect(stored.get(id)).toEqual(one.state(id) ?? FRESH)
    for (const health of threads) expect(health.state(id)).toEqual(one.state(id))
  }
  expect(lost).toEqual([])
})

test('only one thread gets the request that a half-open breaker lets pass', () => {
  const { clock, threads } = rig()
  const [one, other] = threads as [KeyHealth, KeyHealth]
  const [key] = KEYS
  if (key === undefined) throw new Error('no key')
  for (let times = 0; times < 5; times++)
    one.failed(key, 'm', { failed: BROKEN, request: '', mayMark: true })
  clock.now += 6_000
  expect([one.admission(key, 'm'), other.admission(key, 'm')]).toEqual(['probe', 'probe'])
  expect(other.claim(key, 'm')).toBe(true)
  expect(one.claim(key, 'm')).toBe(false)
})
