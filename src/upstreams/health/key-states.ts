/** The rows of provider keys in memory: what this instance changed, and what others wrote meanwhile. */
import type { UpstreamKey, UpstreamState } from '../../core/entities.ts'
import type { Logger } from '../../core/logger.ts'

export class KeyStates {
  private states = new Map<number, UpstreamState>()
  /** The rows as last read or written: a difference was made by another process or by hand. */
  private stored = new Map<number, UpstreamState>()
  private keys = new Map<number, UpstreamKey>()
  private readonly dirty = new Set<number>()
  private readonly logger: Logger

  constructor(logger: Logger) {
    this.logger = logger
  }

  get(id: number): UpstreamState | undefined {
    return this.states.get(id)
  }

  all(): Iterable<[number, UpstreamState]> {
    return this.states
  }

  /** The rows as last read or written. */
  storedRows(): [number, UpstreamState][] {
    return [...this.stored]
  }

  setStored(rows: readonly [number, UpstreamState][]): void {
    this.stored = new Map(rows)
  }

  hostOf(id: number): string | null {
    return this.keys.get(id)?.baseUrl ?? null
  }

  update(id: number, next: UpstreamState): void {
    const before = this.states.get(id)
    if (before === next) return
    this.states.set(id, next)
    this.dirty.add(id)
    if (before === undefined || before.status === next.status) return
    const change = { upstreamKeyId: id, upstream: this.keys.get(id)?.name, from: before.status }
    if (next.status === 'healthy') this.logger.info(change, 'upstream key healthy again')
    else
      this.logger.warn(
        { ...change, to: next.status, cause: next.lastError },
        'upstream key changed state',
      )
  }

  /** Takes over rows that others changed, and returns the keys they are of. */
  adopt(keys: readonly UpstreamKey[]): number[] {
    const next = new Map<number, UpstreamState>()
    const changed: number[] = []
    for (const { id, state } of keys) {
      const running = this.states.get(id)
      const known = this.stored.get(id)
      const ours = running !== undefined && known !== undefined && sameVerdict(state, known)
      const before = ours ? running : state
      next.set(id, { ...before, ...counters(state, running, known) })
      if (!ours && running !== undefined) changed.push(id)
    }
    this.states = next
    this.stored = new Map(keys.map(({ id, state }) => [id, state]))
    this.keys = new Map(keys.map((key) => [key.id, key]))
    return changed
  }

  takeChanges(): Map<number, UpstreamState> {
    const changed = new Map<number, UpstreamState>()
    for (const id of this.dirty) {
      const state = this.states.get(id)
      if (state) changed.set(id, state)
    }
    this.dirty.clear()
    return changed
  }

  saved(changed: ReadonlyMap<number, UpstreamState>): void {
    for (const [id, state] of changed) this.stored.set(id, state)
  }

  notSaved(changed: ReadonlyMap<number, UpstreamState>): void {
    for (const id of changed.keys()) this.dirty.add(id)
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
