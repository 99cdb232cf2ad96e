/** The running state of the upstream keys: who is healthy, whose breaker is open, who is being probed. */

import type { Clock } from '../core/clock.ts'
import type { UpstreamKey, UpstreamState } from '../core/entities.ts'
import type { Failure } from '../core/failure.ts'
import type { Logger } from '../core/logger.ts'
import {
  admission,
  afterClockSetBack,
  afterFailure,
  afterFirstEvent,
  afterSuccess,
  type BreakerRules,
} from './breaker.ts'
import type { KeyStore } from './key-store.ts'

export interface Pool {
  /** Whether this key may be tried now. */
  isUsable(id: number): boolean
  /** Takes the key for one try; a half-open breaker lets one pass at a time. */
  claim(id: number): void
  /** The first event of a stream is good; `succeeded` or `failed` follow at its end. */
  begun(id: number): void
  succeeded(id: number): void
  failed(id: number, name: string, failure: Failure): void
  /** The try ended without a verdict, as when the client went away. */
  released(id: number): void
  state(id: number): UpstreamState | null
  /** Takes over what others wrote: an operator by hand, or another instance. */
  adopt(keys: readonly UpstreamKey[]): void
  /** Writes changed states to the store. To be called several times a second: it also looks after the clock. */
  save(): Promise<void>
}

interface Dependencies {
  store: KeyStore
  clock: Clock
  logger: Logger
  rules: BreakerRules
}

/** Less than this is the clock being adjusted, or the time between two looks at it. */
const SET_BACK_MS = 1_000

export function createPool({ store, clock, logger, rules }: Dependencies): Pool {
  let states = new Map<number, UpstreamState>()
  /** The rows as last read or written: a difference was made by somebody else. */
  let stored = new Map<number, UpstreamState>()
  const probing = new Set<number>()
  const dirty = new Set<number>()
  let saving: 'well' | 'failing' = 'well'

  let aheadMs = clock.nowMs() - performance.now()

  const update = (id: number, next: UpstreamState) => {
    states.set(id, next)
    dirty.add(id)
  }
  const recovered = (id: number, before: UpstreamState, next: UpstreamState) => {
    if (next.status !== before.status)
      logger.info({ upstreamKeyId: id }, 'upstream key healthy again')
    update(id, next)
  }
  const lookAfterClock = () => {
    const before = aheadMs
    aheadMs = clock.nowMs() - performance.now()
    const backMs = before - aheadMs
    if (backMs < SET_BACK_MS) return
    for (const [id, state] of states) {
      const next = afterClockSetBack(state, backMs)
      if (next !== state) update(id, next)
    }
  }

  return {
    isUsable(id) {
      const state = states.get(id)
      if (state === undefined) return true
      const will = admission(state, rules, clock.nowMs())
      return will === 'yes' || (will === 'probe' && !probing.has(id))
    },
    claim(id) {
      const state = states.get(id)
      if (state && admission(state, rules, clock.nowMs()) === 'probe') probing.add(id)
    },
    released(id) {
      probing.delete(id)
    },
    begun(id) {
      const state = states.get(id)
      if (state?.status !== 'cooldown') return
      probing.delete(id)
      recovered(id, state, afterFirstEvent(state, clock.nowMs()))
    },
    succeeded(id) {
      probing.delete(id)
      const state = states.get(id)
      if (state !== undefined) recovered(id, state, afterSuccess(state, clock.nowMs()))
    },
    failed(id, name, failure) {
      probing.delete(id)
      const state = states.get(id)
      if (state === undefined) return
      const next = afterFailure(state, failure, rules, clock.nowMs())
      update(id, next)
      if (next.status !== state.status) {
        logger.warn(
          {
            upstreamKeyId: id,
            upstream: name,
            from: state.status,
            to: next.status,
            cause: failure.detail,
          },
          'upstream key changed state',
        )
      }
    },
    state: (id) => states.get(id) ?? null,
    adopt(keys) {
      const next = new Map<number, UpstreamState>()
      for (const { id, state } of keys) {
        const running = states.get(id)
        const known = stored.get(id)
        const ours = running !== undefined && known !== undefined && sameVerdict(state, known)
        const before = ours ? running : state
        next.set(id, { ...before, ...counters(state, running, known) })
        if (!ours) probing.delete(id)
      }
      states = next
      stored = new Map(keys.map(({ id, state }) => [id, state]))
    },
    async save() {
      lookAfterClock()
      if (dirty.size === 0) return
      const changed = new Map<number, UpstreamState>()
      for (const id of dirty) {
        const state = states.get(id)
        if (state) changed.set(id, state)
      }
      dirty.clear()
      try {
        await store.saveUpstreamStates(changed)
        for (const [id, state] of changed) stored.set(id, state)
        saving = 'well'
      } catch (error) {
        for (const id of changed.keys()) dirty.add(id)
        // Once an outage: it is tried again several times a second.
        if (saving === 'well')
          logger.warn({ error: String(error) }, 'states of upstream keys not saved; trying again')
        saving = 'failing'
      }
    },
  }
}

/** Those of all instances, and on top what was counted here and not saved yet. */
function counters(
  row: UpstreamState,
  running: UpstreamState | undefined,
  known: UpstreamState | undefined,
): Pick<UpstreamState, 'totalRequests' | 'totalErrors'> {
  const unsaved = (count: 'totalRequests' | 'totalErrors') =>
    (running?.[count] ?? 0) - (known?.[count] ?? 0)
  return {
    totalRequests: row.totalRequests + unsaved('totalRequests'),
    totalErrors: row.totalErrors + unsaved('totalErrors'),
  }
}

function sameVerdict(one: UpstreamState, other: UpstreamState): boolean {
  return (
    one.status === other.status &&
    one.failureCount === other.failureCount &&
    one.cooldownUntilMs === other.cooldownUntilMs
  )
}
