/** What is known of keys, their models and their hosts: the state that the functions of this folder share. */

import type { UpstreamKey } from '../../core/entities.ts'
import type { Logger } from '../../core/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { KeyStore } from '../key-store.ts'
import type { BreakerRules } from './breaker.ts'
import { HostHealth } from './host-health.ts'
import { KeyStates } from './key-states.ts'
import { ModelHealth } from './model-health.ts'
import { Suspicions } from './suspicions.ts'

export type Key = Pick<UpstreamKey, 'id' | 'name' | 'baseUrl'>

export interface Dependencies {
  store: Pick<KeyStore, 'saveUpstreamStates'>
  clock: Clock
  logger: Logger
  rules: BreakerRules
}

export interface HealthState {
  readonly store: Dependencies['store']
  readonly clock: Clock
  readonly logger: Logger
  readonly keys: KeyStates
  readonly models: ModelHealth
  readonly hosts: HostHealth
  readonly suspicions: Suspicions
  /** Keys that are half-open as a whole, with a request on its way. */
  readonly probing: Set<number>
  /** How often each was refused in a row; decides when it is checked again. */
  readonly refusals: Map<number, number>
  readonly checks: { wanted: Set<number>; running: Set<number> }
  saving: 'well' | 'failing'
  /** How far the wall clock is ahead of the monotonic one. */
  aheadMs: number
}

export function healthState({ store, clock, logger, rules }: Dependencies): HealthState {
  return {
    store,
    clock,
    logger,
    keys: new KeyStates(logger),
    models: new ModelHealth(rules),
    hosts: new HostHealth(rules, logger),
    suspicions: new Suspicions(rules),
    probing: new Set(),
    refusals: new Map(),
    checks: { wanted: new Set(), running: new Set() },
    saving: 'well',
    aheadMs: clock.nowMs() - performance.now(),
  }
}

/** The attempt ended: a half-open key or breaker lets another one pass. */
export function release({ probing, models }: HealthState, { id }: Key, model: string): void {
  probing.delete(id)
  models.released(id, model)
}

/** Counts a refusal; returns how many there were in a row before it. */
export function countRefusal({ refusals }: HealthState, id: number): number {
  const before = refusals.get(id) ?? 0
  refusals.set(id, before + 1)
  return before
}
