/**
 * Slots: how many requests an owner (a proxy key, a user, an address, an upstream key, a target) may have at a
 * time. A request takes one slot of each of its caps, or none. If all are taken it may wait in a queue, in which
 * higher priorities go first, and among equals the one that came first.
 */
import type { Cap, Taking } from './cap.ts'
import type { SharedSlots, SlotClaim } from './shared-slots.ts'
import { createSlotCounts, type SlotCounts } from './slot-counts.ts'
import { createWaitingLine, type WaitOptions } from './waiting-line.ts'

export interface Slots {
  /** A promise only if a shared cap has to be asked for. */
  take<C extends Cap>(caps: readonly C[], priority: number): Taking<C> | Promise<Taking<C>>
  /** Waits until one of several alternatives has its slots. Null if the time is over, or the client is gone. */
  wait(
    alternatives: readonly (readonly Cap[])[],
    options: WaitOptions,
  ): Promise<{ at: number; release: () => void } | null>
  /** How many requests wait in this thread for the owner; without one, in all threads for any. */
  waiting(owner?: string): number
  /** How many slots of the owner this instance's requests have. */
  held(owner: string): number
}

const NO_CAPS: readonly never[] = []
const NOTHING_TAKEN: Taking<never> = { kind: 'taken', release() {} }

/** How the slots of an upstream key are named. */
export function upstreamOwner(id: number): string {
  return `upstream:${id}`
}

interface Parts {
  /** Null if every instance counts alone. */
  shared: SharedSlots | null
  /** If false, nothing is taken while the shared counts can't be reached. */
  failOpen: boolean
  /** Those of this thread by default. */
  counts?: SlotCounts
}

export function createSlots({ shared, failOpen, counts = createSlotCounts() }: Parts): Slots {
  const isFull = ({ owner, max }: Cap): boolean => counts.of(owner) >= max
  const release = (caps: readonly Cap[], together: readonly Cap[]): void => {
    counts.give(caps)
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
  const alone = <C extends Cap>(caps: readonly C[], together: readonly C[]): Taking<C> => {
    if (!failOpen) {
      counts.give(caps)
      return { kind: 'unavailable' }
    }
    const full = shared?.holdAlone(together) ?? null
    if (full === null) return taken(caps, together)
    counts.give(caps)
    return { kind: 'full', cap: together[full] as C }
  }
  const attempt = <C extends Cap>(
    caps: readonly C[],
    turn: SlotClaim,
  ): Taking<C> | Promise<Taking<C>> => {
    // Counted before Redis answers, so that this instance by itself never exceeds a cap.
    const full = counts.take(caps)
    if (full >= 0) return { kind: 'full', cap: caps[full] as C }
    const together = shared === null ? NO_CAPS : caps.filter((cap) => cap.shared)
    if (shared === null || together.length === 0) return taken(caps, NO_CAPS)
    return shared.standing ? askAll(shared, { caps, together, turn }) : alone(caps, together)
  }
  const askAll = <C extends Cap>(
    all: SharedSlots,
    { caps, together, turn }: { caps: readonly C[]; together: readonly C[]; turn: SlotClaim },
  ): Promise<Taking<C>> =>
    all.take(together, turn).then(
      (at) => {
        if (at === null) return taken(caps, together)
        counts.give(caps)
        return { kind: 'full' as const, cap: together[at] as C }
      },
      () => alone(caps, together),
    )
  const line = createWaitingLine({
    attempt,
    isFull,
    shared,
    looksForSlots: counts.areShared,
  })
  const contestedIn = <C extends Cap>(caps: readonly C[], priority: number): C | undefined =>
    caps.find((cap) => line.precedes(cap, priority))

  return {
    take(caps, priority) {
      if (caps.length === 0) return NOTHING_TAKEN
      // No request overtakes one that waits for the same owner.
      const contested = line.isEmpty() ? undefined : contestedIn(caps, priority)
      if (contested !== undefined) return { kind: 'full', cap: contested }
      return attempt(caps, { priority, sinceMs: Date.now(), waiter: null })
    },
    async wait(alternatives, options) {
      counts.waits(1)
      try {
        return await line.wait(alternatives, options)
      } finally {
        counts.waits(-1)
      }
    },
    waiting: (owner) => (owner === undefined ? counts.waiting() : line.waiting(owner)),
    held: counts.of,
  }
}
