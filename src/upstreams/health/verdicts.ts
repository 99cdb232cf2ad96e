/** What the end of an attempt says about its key, the model there, and the host. */

import { type Failure, isSuspicion } from '../../core/failure.ts'
import { countRefusal, type HealthState, type Key, release } from './health-state.ts'
import { afterKeyFailure, afterKeySuccess, counted, keyAdmission } from './key-state.ts'

/** How a failed attempt counts against its key. */
export interface FailedAttempt {
  failed: Failure
  /** Identifies what was asked: only a different request confirms a suspicion. */
  request: string
  /** One request changes the state of at most one whole key; others are checked independently first. */
  mayMark: boolean
}

export function begun(health: HealthState, key: Key, model: string): void {
  const { keys, models, hosts, clock } = health
  const nowMs = clock.nowMs()
  release(health, key, model)
  hosts.reached(key.baseUrl, nowMs)
  models.begun(key.id, model, nowMs)
  const state = keys.get(key.id)
  if (state !== undefined && keyAdmission(state, nowMs) === 'probe')
    keys.update(key.id, { ...state, status: 'healthy', cooldownUntilMs: null })
}

export function succeeded(health: HealthState, key: Key, model: string): void {
  const { keys, models, hosts, suspicions, refusals, clock } = health
  const nowMs = clock.nowMs()
  const { id } = key
  release(health, key, model)
  hosts.reached(key.baseUrl, nowMs)
  models.succeeded(id, model, nowMs)
  suspicions.answered(id, nowMs)
  const state = keys.get(id)
  if (state === undefined) return
  const next = afterKeySuccess(state, nowMs)
  if (next.status === 'healthy') refusals.delete(id)
  keys.update(id, next)
}

export function failed(
  health: HealthState,
  key: Key,
  model: string | null,
  attempt: FailedAttempt,
): void {
  const { keys, models, hosts, checks, clock } = health
  const nowMs = clock.nowMs()
  const { failed, mayMark } = attempt
  const { id, baseUrl } = key
  if (model !== null) release(health, key, model)
  const state = keys.get(id)
  // A key without a row has no health to keep: one that was removed, or the demo's.
  if (state === undefined) return
  if (failed.scope === 'host') hosts.failed(baseUrl, failed, nowMs)
  else if (failed.status !== null) hosts.reached(baseUrl, nowMs)
  const isOfModel = failed.scope === 'model' || failed.scope === 'host'
  if (model !== null && isOfModel && models.failed(id, model, failed, nowMs))
    logModelOpened(health, key, model, failed.detail)
  if (isSuspicion(failed)) suspect(health, key, attempt)
  const isMarked = failed.scope === 'key' && mayMark
  if (failed.scope === 'key' && !mayMark && failed.class === 'auth') checks.wanted.add(id)
  const next = counted(state, failed)
  const times = isMarked && failed.class === 'auth' ? countRefusal(health, id) : 0
  keys.update(id, isMarked ? afterKeyFailure(next, failed, times, nowMs) : next)
}

export function blamed(health: HealthState, key: Key, model: string, { detail }: Failure): void {
  if (health.models.openAtOnce(key.id, model, detail, health.clock.nowMs()))
    logModelOpened(health, key, model, detail)
}

function suspect(health: HealthState, { id, name }: Key, { failed, request }: FailedAttempt): void {
  const { suspicions, checks, clock, logger } = health
  if (failed.class === 'auth') checks.wanted.add(id)
  if (!suspicions.add(id, request, clock.nowMs())) return
  const cause = failed.detail
  logger.warn({ upstreamKeyId: id, upstream: name, cause }, 'different requests refused')
}

function logModelOpened(
  { models, logger }: HealthState,
  { id, name }: Key,
  model: string,
  cause: string,
): void {
  logger.warn(
    { upstreamKeyId: id, upstream: name, model, status: models.state(id, model)?.status, cause },
    'breaker opened for a model at an upstream key',
  )
}
