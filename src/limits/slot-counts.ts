/** How many slots each owner's requests have: of one thread here, of several in adapters/shared-memory. */
import type { Cap } from './cap.ts'

export interface SlotCounts {
  /** Takes one slot of each cap, or none; the index of a cap that is full, or -1 if they were taken. */
  take(caps: readonly Cap[]): number
  give(caps: readonly Cap[]): void
  /** How many slots the owner's requests have. */
  of(owner: string): number
  /** Requests that wait, of all threads together. */
  waiting(): number
  /** One more request waits in this thread, or one less. */
  waits(by: 1 | -1): void
  /** Whether another thread may give back slots, which nothing reports. */
  readonly areShared: boolean
}

export function createSlotCounts(): SlotCounts {
  const counts = new Map<string, number>()
  let waiting = 0
  const add = (caps: readonly Cap[], by: 1 | -1): void => {
    for (const { owner } of caps) {
      const count = (counts.get(owner) ?? 0) + by
      if (count <= 0) counts.delete(owner)
      else counts.set(owner, count)
    }
  }
  return {
    take(caps) {
      for (let at = 0; at < caps.length; at++) {
        const { owner, max } = caps[at] as Cap
        if ((counts.get(owner) ?? 0) >= max) return at
      }
      add(caps, 1)
      return -1
    },
    give: (caps) => add(caps, -1),
    of: (owner) => counts.get(owner) ?? 0,
    waiting: () => waiting,
    waits: (by) => {
      waiting += by
    },
    areShared: false,
  }
}
