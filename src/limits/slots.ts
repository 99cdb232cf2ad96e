/**
 * Slots: how many requests an owner (a proxy key, a user, an address, an upstream key, a target) may have at a
 * time. A request takes one slot of each of its caps, or none. If all are taken it may wait in a queue, in which
 * higher priorities go first, and among equals the one that came first.
 */
import type { Cap, Taking } from './cap.ts'
import type { SharedSlots } from './shared-slots.ts'
import { createWaitingLine, type WaitOptions } from './waiting-line.ts'

export interface Slots {
  /** A promise only if a shared cap has to be asked for. */
  take<C extends Cap>(caps: readonly C[], priority: number): Taking<C> | Promise<Taking<C>>
  /** Waits until one of several alternatives has its slots. Null if the time is over, or the client is gone. */
  wait(
    alternatives: readonly (readonly Cap[])[],
    options: WaitOptions,
  ): Promise<{ at: number; release: () => void } | null>
  /** How many requests wait at this instance for the owner, or for any. */
  waiting(owner?: string): number
  /** How many slots of the owner this instance's requests have. */
  held(owner: string): number
}

const NO_CAPS: readonly never[] = []
const NOTHING_TAKEN: Taking<never> = { kind: 'taken', release() {} }

interface Parts {
  /** Null if every instance counts alone. */
  shared: SharedSlots | null
  /** If false, nothing is taken while the shared counts can't be reached. */
  failOpen: boolean
}

export function createSlots({ shared, failOpen }: Parts): Slots {
  const counts = new Map<string, number>()

  const isFull = ({ owner, max }: Cap): boolean => (counts.get(owner) ?? 0) >= max
  const add = (caps: readonly Cap[], by: 1 | -1): void => {
    for (const { owner } of caps) {
      const count = (counts.get(owner) ?? 0) + by
      if (count <= 0) counts.delete(owner)
      else counts.set(owner, count)
    }
  }
  const release = (caps: readonly Cap[], together: readonly Cap[]): void => {
    add(caps, -1)
    if (together.length > 0) shared?.give(together.map(({ owner }) => owner))
    if (!line.isEmpty()) line.freed(caps.map(({ owner }) => owner))
  }
  const taken = (caps: readonly Cap[], together: readonly Cap[]): Taking<never> => {
    let isHeld = true
    return {
      kind: 'taken',
      release() {
        if (!isHeld) return
        isHeld = false
        release(caps, together)
      },
    }
  }
  const alone = (caps: readonly Cap[], together: readonly Cap[]): Taking<never> => {
    if (!failOpen) {
      add(caps, -1)
      return { kind: 'unavailable' }
    }
    shared?.holdAlone(together.map(({ owner }) => owner))
    return taken(caps, together)
  }
  const attempt = <C extends Cap>(caps: readonly C[]): Taking<C> | Promise<Taking<C>> => {
    const full = caps.find(isFull)
    if (full !== undefined) return { kind: 'full', cap: full }
    // Counted before Redis answers, so that this instance by itself never exceeds a cap.
    add(caps, 1)
    const together = shared === null ? NO_CAPS : caps.filter((cap) => cap.shared)
    if (shared === null || together.length === 0) return taken(caps, NO_CAPS)
    return shared.standing ? askAll(shared, caps, together) : alone(caps, together)
  }
  const askAll = <C extends Cap>(
    all: SharedSlots,
    caps: readonly C[],
    together: readonly C[],
  ): Promise<Taking<C>> =>
    all.take(together).then(
      (at) => {
        if (at === null) return taken(caps, together)
        add(caps, -1)
        return { kind: 'full' as const, cap: together[at] as C }
      },
      () => alone(caps, together),
    )
  const line = createWaitingLine({
    attempt,
    isFull,
    isShared: (cap) => shared !== null && cap.shared,
  })
  const contestedIn = <C extends Cap>(caps: readonly C[], priority: number): C | undefined =>
    caps.find((cap) => line.precedes(cap, priority))

  return {
    take(caps, priority) {
      if (caps.length === 0) return NOTHING_TAKEN
      // No request overtakes one that waits for the same owner.
      const contested = line.isEmpty() ? undefined : contestedIn(caps, priority)
      return contested === undefined ? attempt(caps) : { kind: 'full', cap: contested }
    },
    wait: line.wait,
    waiting: line.waiting,
    held: (owner) => counts.get(owner) ?? 0,
  }
}
