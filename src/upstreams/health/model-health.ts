/** The breakers of models at keys, and of hosts, in memory; what others wrote of them is adopted. */
import type { ModelState } from '../../core/entities.ts'
import type { Failure } from '../../core/failure.ts'
import type { Admission } from '../../routing/choose-candidate.ts'
import type { ModelStateChange } from '../key-store.ts'
import {
  admission,
  afterCheck,
  afterClockSetBack,
  afterFailure,
  afterFirstEvent,
  afterSuccess,
  type BreakerRules,
  type BreakerState,
  closedBreaker,
  isForgettable,
  openAtOnce,
} from './breaker.ts'

/** Models are the clients' choice, so what is remembered of them has a bound. */
const MAX_REMEMBERED = 10_000
/** Longer than an upstream says why it fails. */
const MAX_ERROR = 300

interface Entry {
  keyId: number
  model: string
  state: BreakerState
  /** As last read from the store or written to it: a difference was made by another process or by hand. */
  stored: ModelState | null
}

/** A class rather than closures: it is one object with a dozen small operations on one map. */
export class ModelHealth {
  private readonly entries = new Map<string, Entry>()
  private readonly probing = new Set<string>()
  private readonly dirty = new Set<string>()
  private readonly rules: BreakerRules

  constructor(rules: BreakerRules) {
    this.rules = rules
  }

  /** `deny` also while another request is probing. */
  admission(keyId: number, model: string, nowMs: number): Admission {
    if (this.entries.size === 0) return 'allow'
    const id = idOf(keyId, model)
    const entry = this.entries.get(id)
    if (entry === undefined) return 'allow'
    const admitted = admission(entry.state, nowMs)
    return admitted === 'probe' && this.probing.has(id) ? 'deny' : admitted
  }

  /** False if another request probes it. */
  claim(keyId: number, model: string, nowMs: number): boolean {
    if (this.entries.size === 0) return true
    const id = idOf(keyId, model)
    const entry = this.entries.get(id)
    if (entry === undefined || admission(entry.state, nowMs) !== 'probe') return true
    if (this.probing.has(id)) return false
    this.probing.add(id)
    return true
  }

  released(keyId: number, model: string): void {
    if (this.probing.size > 0) this.probing.delete(idOf(keyId, model))
  }

  begun(keyId: number, model: string, nowMs: number): void {
    this.released(keyId, model)
    this.update(keyId, model, (state) => afterFirstEvent(state, nowMs))
  }

  succeeded(keyId: number, model: string, nowMs: number): void {
    if (this.entries.size === 0) return
    this.released(keyId, model)
    this.update(keyId, model, (state) => afterSuccess(state, this.rules, nowMs))
    const entry = this.entries.get(idOf(keyId, model))
    if (entry !== undefined && isForgettable(entry.state, nowMs)) this.forget(entry)
  }

  /** True if this changed how it is used. */
  failed(keyId: number, model: string, failed: Failure, nowMs: number): boolean {
    this.released(keyId, model)
    const entry = this.ensure(keyId, model, nowMs)
    return this.set(entry, afterFailure(entry.state, failed, this.rules, nowMs))
  }

  openAtOnce(keyId: number, model: string, lastError: string, nowMs: number): boolean {
    const entry = this.ensure(keyId, model, nowMs)
    return this.set(entry, openAtOnce({ ...entry.state, lastError }, this.rules, nowMs))
  }

  state(keyId: number, model: string): BreakerState | null {
    if (this.entries.size === 0) return null
    return this.entries.get(idOf(keyId, model))?.state ?? null
  }

  /** What the store is known to have. */
  storedRows(): ModelState[] {
    return [...this.entries.values()].flatMap(({ stored }) => (stored === null ? [] : [stored]))
  }

  setStored(rows: readonly ModelState[]): void {
    for (const entry of this.entries.values()) entry.stored = null
    for (const row of rows) {
      const entry = this.entries.get(idOf(row.upstreamKeyId, row.model))
      if (entry !== undefined) entry.stored = row
    }
  }

  /** Keys with a model whose cooldown ended at least `graceMs` ago without a client's request. */
  keysToCheck(graceMs: number, nowMs: number): Set<number> {
    const keys = new Set<number>()
    for (const { keyId, state } of this.entries.values()) {
      if (state.status === 'cooldown' && (state.untilMs ?? 0) + graceMs <= nowMs) keys.add(keyId)
    }
    return keys
  }

  checked(keyId: number, reachable: boolean, nowMs: number): void {
    for (const entry of this.entries.values()) {
      if (entry.keyId === keyId)
        this.set(entry, afterCheck(entry.state, reachable, this.rules, nowMs))
    }
  }

  /** Everything of a key starts afresh, as when an operator resets it. */
  reset(keyId: number): void {
    for (const entry of [...this.entries.values()]) if (entry.keyId === keyId) this.forget(entry)
  }

  clockSetBack(byMs: number): void {
    for (const entry of this.entries.values()) this.set(entry, afterClockSetBack(entry.state, byMs))
  }

  /** Takes over what others wrote: another instance's verdict, or a reset by an operator. */
  adopt(rows: readonly ModelState[], nowMs: number): void {
    const seen = new Set<string>()
    for (const row of rows) {
      const id = idOf(row.upstreamKeyId, row.model)
      seen.add(id)
      const entry = this.ensure(row.upstreamKeyId, row.model, nowMs)
      if (!sameState(entry.stored, row)) {
        entry.state = withRow(entry.state, row)
        this.probing.delete(id)
        this.dirty.delete(id)
      }
      entry.stored = row
    }
    for (const [id, entry] of this.entries) {
      if (entry.stored === null || seen.has(id)) continue
      this.entries.delete(id)
      this.probing.delete(id)
      this.dirty.delete(id)
    }
  }

  /** What the store lacks; `undo` puts it back if it could not be written. */
  takeChanges(nowMs: number): { changes: ModelStateChange[]; undo(): void } {
    const taken: [string, Entry | undefined, ModelState | null][] = []
    const changes: ModelStateChange[] = []
    for (const id of this.dirty) {
      const entry = this.entries.get(id)
      const [key = '', ...rest] = id.split(' ')
      const change = { upstreamKeyId: Number(key), model: rest.join(' ') }
      const state = entry === undefined ? null : rowOf(entry)
      taken.push([id, entry, entry?.stored ?? null])
      if (entry !== undefined) entry.stored = state
      changes.push({ ...change, state })
    }
    this.dirty.clear()
    this.prune(nowMs)
    return {
      changes,
      undo: () => {
        for (const [id, entry, stored] of taken) {
          if (entry !== undefined) entry.stored = stored
          this.dirty.add(id)
        }
      },
    }
  }

  private update(keyId: number, model: string, step: (state: BreakerState) => BreakerState): void {
    const entry = this.entries.get(idOf(keyId, model))
    if (entry !== undefined) this.set(entry, step(entry.state))
  }

  private set(entry: Entry, next: BreakerState): boolean {
    const before = entry.state
    entry.state = next
    const changed = before.status !== next.status || before.untilMs !== next.untilMs
    if (changed) this.dirty.add(idOf(entry.keyId, entry.model))
    return before.status !== next.status
  }

  private ensure(keyId: number, model: string, nowMs: number): Entry {
    const id = idOf(keyId, model)
    const known = this.entries.get(id)
    if (known !== undefined) return known
    const entry = { keyId, model, state: closedBreaker(nowMs), stored: null }
    this.entries.set(id, entry)
    return entry
  }

  private forget(entry: Entry): void {
    const id = idOf(entry.keyId, entry.model)
    this.entries.delete(id)
    this.probing.delete(id)
    if (entry.stored !== null) this.dirty.add(id)
  }

  private prune(nowMs: number): void {
    if (this.entries.size <= MAX_REMEMBERED) return
    for (const entry of [...this.entries.values()]) {
      const rests = (entry.state.untilMs ?? 0) > nowMs
      if (!rests) this.forget(entry)
    }
  }
}

function idOf(keyId: number, model: string): string {
  return `${keyId} ${model}`
}

function rowOf({ keyId, model, state }: Entry): ModelState | null {
  const { status, failureCount, untilMs, lastError } = state
  if (status === 'healthy' || untilMs === null) return null
  const shown = lastError?.slice(0, MAX_ERROR) ?? null
  return { upstreamKeyId: keyId, model, status, failureCount, untilMs, lastError: shown }
}

function withRow(state: BreakerState, { status, failureCount, untilMs, lastError }: ModelState) {
  return { ...state, status, failureCount, untilMs, lastError }
}

function sameState(one: ModelState | null, other: ModelState): boolean {
  return one !== null && one.status === other.status && one.untilMs === other.untilMs
}
