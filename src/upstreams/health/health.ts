/** The running state of provider keys, their models and their hosts: what may be tried, and what is being probed. */

import type { UpstreamState } from '../../core/entities.ts'
import type { Failure } from '../../core/failure.ts'
import type { Admission } from '../../routing/choose-candidate.ts'
import type { UpstreamRows } from '../key-store.ts'
import { checked, dueChecks, type KeyCheckResult } from './checks.ts'
import {
  type Dependencies,
  type HealthState,
  healthState,
  type Key,
  release,
} from './health-state.ts'
import { afterKeyClockSetBack, keyAdmission } from './key-state.ts'
import { begun, blamed, type FailedAttempt, failed, succeeded } from './verdicts.ts'

/**
 * `model` is what a breaker is kept for: a model at the key by its name, or another endpoint of it, which fails and
 * recovers on its own.
 */
export interface KeyHealth {
  /** Whether this model may be tried at this key now. */
  admission(key: Key, model: string): Admission
  /** Takes it for one attempt; a half-open breaker lets one pass at a time. False if another one was faster. */
  claim(key: Key, model: string): boolean
  /** The first event of a stream is good; `succeeded` or `failed` follow at its end. */
  begun(key: Key, model: string): void
  succeeded(key: Key, model: string): void
  /** `model` is null if none was asked for. */
  failed(key: Key, model: string | null, attempt: FailedAttempt): void
  /** Another key answered the request that this one refused, so the request was not at fault. */
  blamed(key: Key, model: string, failed: Failure): void
  /** The attempt ended without a verdict, as when the client went away. */
  released(key: Key, model: string): void
  state(id: number): UpstreamState | null
  /** When the model may be tried at this key again: wall clock; null if that takes an operator. */
  restsUntilMs(key: Key, model: string): number | null
  /** Keys to check now; each is returned once until its result is in. */
  dueChecks(): number[]
  checked(id: number, result: KeyCheckResult): void
  /** Takes over what others wrote: an operator by hand, or another instance. */
  adopt(rows: UpstreamRows): void
  /** Writes changed states to the store. Called several times a second: it also watches the clock. */
  save(): Promise<void>
}

/** Less than this is the clock being adjusted, or the time between two looks at it. */
const SET_BACK_MS = 1_000

export function createKeyHealth(dependencies: Dependencies): KeyHealth {
  return healthOver(healthState(dependencies))
}

export function healthOver(health: HealthState): KeyHealth {
  return {
    admission: (key, model) => admission(health, key, model),
    claim: (key, model) => claim(health, key, model),
    begun: (key, model) => begun(health, key, model),
    succeeded: (key, model) => succeeded(health, key, model),
    failed: (key, model, attempt) => failed(health, key, model, attempt),
    blamed: (key, model, failure) => blamed(health, key, model, failure),
    released: (key, model) => release(health, key, model),
    state: (id) => health.keys.get(id) ?? null,
    restsUntilMs: (key, model) => restsUntilMs(health, key, model),
    dueChecks: () => dueChecks(health),
    checked: (id, result) => checked(health, id, result),
    adopt: (rows) => adopt(health, rows),
    save() {
      const backMs = clockSetBackBy(health)
      if (backMs > 0) clockSetBack(health, backMs)
      return saveChanges(health)
    },
  }
}

function admission(health: HealthState, { id, baseUrl }: Key, model: string): Admission {
  const { keys, models, hosts, suspicions, probing, clock } = health
  const nowMs = clock.nowMs()
  const state = keys.get(id)
  const ofKey = state === undefined ? 'allow' : keyAdmission(state, nowMs)
  if (ofKey === 'deny' || (ofKey === 'probe' && probing.has(id))) return 'deny'
  const ofHost = worse(hosts.admission(baseUrl, nowMs), suspicions.admission(id, nowMs))
  return worse(worse(ofKey, ofHost), models.admission(id, model, nowMs))
}

const RANK: Readonly<Record<Admission, number>> = { allow: 0, probe: 1, avoid: 2, last: 3, deny: 4 }

function worse(one: Admission, other: Admission): Admission {
  return RANK[one] >= RANK[other] ? one : other
}

function claim(health: HealthState, { id }: Key, model: string): boolean {
  const { keys, models, probing, clock } = health
  const nowMs = clock.nowMs()
  const state = keys.get(id)
  const probesKey = state !== undefined && keyAdmission(state, nowMs) === 'probe'
  if (probesKey && probing.has(id)) return false
  if (!models.claim(id, model, nowMs)) return false
  if (probesKey) probing.add(id)
  return true
}

function restsUntilMs(
  { keys, models, hosts }: HealthState,
  { id, baseUrl }: Key,
  model: string,
): number | null {
  const state = keys.get(id)
  if (state?.status === 'disabled' || state?.status === 'invalid') return null
  const ends = [state?.cooldownUntilMs, models.state(id, model)?.untilMs, hosts.untilMs(baseUrl)]
  return Math.max(0, ...ends.map((end) => end ?? 0))
}

function adopt(health: HealthState, { upstreamKeys, modelStates }: UpstreamRows): void {
  const { keys, models, hosts, suspicions, probing, refusals, clock } = health
  for (const id of keys.adopt(upstreamKeys)) {
    probing.delete(id)
    if (keys.get(id)?.status !== 'healthy') continue
    suspicions.forget(id)
    refusals.delete(id)
    hosts.reset(keys.hostOf(id) ?? '')
  }
  models.adopt(modelStates, clock.nowMs())
}

export async function saveChanges(health: HealthState): Promise<void> {
  const { store, keys, models, clock, logger } = health
  const { changes, undo } = models.takeChanges(clock.nowMs())
  const changed = keys.takeChanges()
  if (changed.size === 0 && changes.length === 0) return
  try {
    await store.saveUpstreamStates(changed, changes)
    keys.saved(changed)
    health.saving = 'well'
  } catch (error) {
    undo()
    keys.notSaved(changed)
    // Once an outage: it is tried again several times a second.
    if (health.saving === 'well')
      logger.warn({ error: String(error) }, 'states of upstream keys not saved; trying again')
    health.saving = 'failing'
  }
}

/** By how much the wall clock was set back since the last look; 0 if it was not. */
export function clockSetBackBy(health: HealthState): number {
  const before = health.aheadMs
  health.aheadMs = health.clock.nowMs() - performance.now()
  const backMs = before - health.aheadMs
  return backMs < SET_BACK_MS ? 0 : backMs
}

export function clockSetBack(health: HealthState, backMs: number): void {
  const { keys, models, hosts, suspicions } = health
  models.clockSetBack(backMs)
  hosts.clockSetBack(backMs)
  suspicions.clockSetBack()
  for (const [id, state] of keys.all()) keys.update(id, afterKeyClockSetBack(state, backMs))
}
