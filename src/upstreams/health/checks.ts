/** Keys that are checked in the background, by asking for their list of models. */

import { countRefusal, type HealthState } from './health-state.ts'
import { afterInvalidCheck, invalid, isCheckDue } from './key-state.ts'

/** What asking for the model list found. `doubtful`: a 401 without a code, as a key without that right gets it. */
export type KeyCheckResult = 'accepted' | 'refused' | 'doubtful' | 'unclear' | 'unreachable'

/** A half-open breaker waits this long for a client's request before it is checked in the background. */
const CHECK_GRACE_MS = 2_000

export function dueChecks({ keys, models, checks, clock }: HealthState): number[] {
  const nowMs = clock.nowMs()
  const due = new Set([...checks.wanted, ...models.keysToCheck(CHECK_GRACE_MS, nowMs)])
  for (const [id, state] of keys.all()) if (isCheckDue(state, nowMs)) due.add(id)
  checks.wanted.clear()
  const ids = [...due].filter((id) => {
    const state = keys.get(id)
    return state !== undefined && state.status !== 'disabled' && !checks.running.has(id)
  })
  for (const id of ids) checks.running.add(id)
  return ids
}

export function checked(health: HealthState, id: number, result: KeyCheckResult): void {
  const { keys, models, hosts, suspicions, refusals, checks, clock } = health
  checks.running.delete(id)
  const state = keys.get(id)
  if (state === undefined || state.status === 'disabled') return
  const nowMs = clock.nowMs()
  const isReachable = result !== 'unreachable'
  models.checked(id, isReachable, nowMs)
  hosts.checked(keys.hostOf(id) ?? '', isReachable, nowMs)
  const wasInvalid = state.status === 'invalid'
  const isRefused = result === 'refused' || (result === 'doubtful' && !wasInvalid)
  if (isRefused && !suspicions.workedLately(id, nowMs))
    keys.update(id, invalid(state, countRefusal(health, id), nowMs))
  else if (!wasInvalid) return
  else if (!isReachable) keys.update(id, invalid(state, refusals.get(id) ?? 0, nowMs))
  else keys.update(id, afterInvalidCheck(state, result === 'accepted', nowMs))
}
