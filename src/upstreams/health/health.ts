/** The running state of provider keys, their models and their hosts: what may be tried, and what is being probed. */

import type { UpstreamKey, UpstreamState } from '../../core/entities.ts'
import { type Failure, isSuspicion } from '../../core/failure.ts'
import type { Logger } from '../../core/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Admission } from '../../routing/choose-candidate.ts'
import type { KeyStore, UpstreamRows } from '../key-store.ts'
import type { BreakerRules } from './breaker.ts'
import { HostHealth } from './host-health.ts'
import {
  afterInvalidCheck,
  afterKeyClockSetBack,
  afterKeyFailure,
  afterKeySuccess,
  counted,
  invalid,
  isCheckDue,
  keyAdmission,
} from './key-state.ts'
import { KeyStates } from './key-states.ts'
import { ModelHealth } from './model-health.ts'
import { Suspicions } from './suspicions.ts'

type Key = Pick<UpstreamKey, 'id' | 'name' | 'baseUrl'>

/** What asking for the model list found. `doubtful`: a 401 without a code, as a key without that right gets it. */
export type CheckResult = 'accepted' | 'refused' | 'doubtful' | 'unclear' | 'unreachable'

/** How a failed attempt is held against its key. */
export interface FailedAttempt {
  failed: Failure
  /** Identifies what was asked: only a different request confirms a suspicion. */
  request: string
  /** One request changes the state of at most one whole key; others are checked independently first. */
  mayMark: boolean
}

export interface KeyHealth {
  /** Whether this model may be tried at this key now. */
  admission(key: Key, model: string): Admission
  /** Takes it for one attempt; a half-open breaker lets one pass at a time. */
  claim(key: Key, model: string): void
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
  checked(id: number, result: CheckResult): void
  /** Takes over what others wrote: an operator by hand, or another instance. */
  adopt(rows: UpstreamRows): void
  /** Writes changed states to the store. Called several times a second: it also watches the clock. */
  save(): Promise<void>
}

interface Dependencies {
  store: Pick<KeyStore, 'saveUpstreamStates'>
  clock: Clock
  logger: Logger
  rules: BreakerRules
}

/** Less than this is the clock being adjusted, or the time between two looks at it. */
const SET_BACK_MS = 1_000
/** A half-open breaker waits this long for a client's request before it is checked in the background. */
const CHECK_GRACE_MS = 2_000

export function createKeyHealth({ store, clock, logger, rules }: Dependencies): KeyHealth {
  const keys = new KeyStates(logger)
  const models = new ModelHealth(rules)
  const hosts = new HostHealth(rules, logger)
  const suspicions = new Suspicions(rules)
  /** Keys that are half-open as a whole, with a request on its way. */
  const probing = new Set<number>()
  /** How often each was refused in a row; decides when it is checked again. */
  const refusals = new Map<number, number>()
  const checks = { wanted: new Set<number>(), running: new Set<number>() }
  let saving: 'well' | 'failing' = 'well'
  let aheadMs = clock.nowMs() - performance.now()

  const release = ({ id }: Key, model: string) => {
    probing.delete(id)
    models.released(id, model)
  }
  const refused = (id: number): number => {
    const before = refusals.get(id) ?? 0
    refusals.set(id, before + 1)
    return before
  }
  const logModelOpened = ({ id, name }: Key, model: string, cause: string) =>
    logger.warn(
      { upstreamKeyId: id, upstream: name, model, status: models.state(id, model)?.status, cause },
      'breaker opened for a model at an upstream key',
    )
  const suspect = ({ id, name }: Key, { failed, request }: FailedAttempt) => {
    if (failed.class === 'auth') checks.wanted.add(id)
    if (!suspicions.add(id, request, clock.nowMs())) return
    const cause = failed.detail
    logger.warn({ upstreamKeyId: id, upstream: name, cause }, 'different requests refused')
  }
  const watchClock = () => {
    const before = aheadMs
    aheadMs = clock.nowMs() - performance.now()
    const backMs = before - aheadMs
    if (backMs < SET_BACK_MS) return
    models.clockSetBack(backMs)
    hosts.clockSetBack(backMs)
    suspicions.clockSetBack()
    for (const [id, state] of keys.all()) keys.update(id, afterKeyClockSetBack(state, backMs))
  }

  return {
    admission({ id, baseUrl }, model) {
      const nowMs = clock.nowMs()
      const state = keys.get(id)
      const ofKey = state === undefined ? 'allow' : keyAdmission(state, nowMs)
      if (ofKey === 'deny' || (ofKey === 'probe' && probing.has(id))) return 'deny'
      const ofHost = worse(hosts.admission(baseUrl, nowMs), suspicions.admission(id, nowMs))
      return worse(worse(ofKey, ofHost), models.admission(id, model, nowMs))
    },
    claim({ id }, model) {
      const nowMs = clock.nowMs()
      const state = keys.get(id)
      if (state !== undefined && keyAdmission(state, nowMs) === 'probe') probing.add(id)
      models.claim(id, model, nowMs)
    },
    released: release,
    begun(key, model) {
      const nowMs = clock.nowMs()
      release(key, model)
      hosts.reached(key.baseUrl, nowMs)
      models.begun(key.id, model, nowMs)
      const state = keys.get(key.id)
      if (state !== undefined && keyAdmission(state, nowMs) === 'probe')
        keys.update(key.id, { ...state, status: 'healthy', cooldownUntilMs: null })
    },
    succeeded(key, model) {
      const nowMs = clock.nowMs()
      const { id } = key
      release(key, model)
      hosts.reached(key.baseUrl, nowMs)
      models.succeeded(id, model, nowMs)
      suspicions.answered(id, nowMs)
      const state = keys.get(id)
      if (state === undefined) return
      const next = afterKeySuccess(state, nowMs)
      if (next.status === 'healthy') refusals.delete(id)
      keys.update(id, next)
    },
    failed(key, model, attempt) {
      const nowMs = clock.nowMs()
      const { failed, mayMark } = attempt
      const { id, baseUrl } = key
      if (model !== null) release(key, model)
      const state = keys.get(id)
      // A key without a row has no health to keep: one that was removed, or the demo's.
      if (state === undefined) return
      if (failed.scope === 'host') hosts.failed(baseUrl, failed, nowMs)
      else if (failed.status !== null) hosts.reached(baseUrl, nowMs)
      const isOfModel = failed.scope === 'model' || failed.scope === 'host'
      if (model !== null && isOfModel && models.failed(id, model, failed, nowMs))
        logModelOpened(key, model, failed.detail)
      if (isSuspicion(failed)) suspect(key, attempt)
      const isMarked = failed.scope === 'key' && mayMark
      if (failed.scope === 'key' && !mayMark && failed.class === 'auth') checks.wanted.add(id)
      const next = counted(state, failed)
      const times = isMarked && failed.class === 'auth' ? refused(id) : 0
      keys.update(id, isMarked ? afterKeyFailure(next, failed, times, nowMs) : next)
    },
    blamed(key, model, { detail }) {
      if (models.openAtOnce(key.id, model, detail, clock.nowMs()))
        logModelOpened(key, model, detail)
    },
    state: (id) => keys.get(id) ?? null,
    restsUntilMs({ id, baseUrl }, model) {
      const state = keys.get(id)
      if (state?.status === 'disabled' || state?.status === 'invalid') return null
      const ends = [
        state?.cooldownUntilMs,
        models.state(id, model)?.untilMs,
        hosts.untilMs(baseUrl),
      ]
      return Math.max(0, ...ends.map((end) => end ?? 0))
    },
    dueChecks() {
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
    },
    checked(id, result) {
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
        keys.update(id, invalid(state, refused(id), nowMs))
      else if (!wasInvalid) return
      else if (!isReachable) keys.update(id, invalid(state, refusals.get(id) ?? 0, nowMs))
      else keys.update(id, afterInvalidCheck(state, result === 'accepted', nowMs))
    },
    adopt({ upstreamKeys, modelStates }) {
      for (const id of keys.adopt(upstreamKeys)) {
        probing.delete(id)
        if (keys.get(id)?.status !== 'healthy') continue
        suspicions.forget(id)
        refusals.delete(id)
        hosts.reset(keys.hostOf(id) ?? '')
      }
      models.adopt(modelStates, clock.nowMs())
    },
    async save() {
      watchClock()
      const { changes, undo } = models.takeChanges(clock.nowMs())
      const changed = keys.takeChanges()
      if (changed.size === 0 && changes.length === 0) return
      try {
        await store.saveUpstreamStates(changed, changes)
        keys.saved(changed)
        saving = 'well'
      } catch (error) {
        undo()
        keys.notSaved(changed)
        // Once an outage: it is tried again several times a second.
        if (saving === 'well')
          logger.warn({ error: String(error) }, 'states of upstream keys not saved; trying again')
        saving = 'failing'
      }
    },
  }
}

const RANK: Readonly<Record<Admission, number>> = { allow: 0, probe: 1, avoid: 2, last: 3, deny: 4 }

function worse(one: Admission, other: Admission): Admission {
  return RANK[one] >= RANK[other] ? one : other
}
