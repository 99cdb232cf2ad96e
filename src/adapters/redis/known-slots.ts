/** What an instance knows of slots without asking Redis: its own, and what the others had when it last answered. */
import type { Cap } from '../../limits/cap.ts'
import { SESSION_LASTS_MS } from './slot-scripts.ts'

export interface KnownSlots {
  /** Slots that this instance's requests have. */
  readonly held: Map<string, number>
  take(caps: readonly Cap[]): void
  add(owners: readonly string[], by: 1 | -1): void
  /** How many the others have of the first caps. */
  saw(caps: readonly Cap[], others: readonly number[]): void
  /** The index of a cap that has none left; null if one of each was taken. */
  takeAlone(caps: readonly Cap[]): number | null
  forgetOld(): void
}

/**
 * An instance that can't ask leaves the others what they had, for as long as one that was killed keeps its slots. So
 * only what they took since can exceed a cap.
 */
export function createKnownSlots(): KnownSlots {
  const held = new Map<string, number>()
  const others = new Map<string, { count: number; untilMs: number }>()
  const add: KnownSlots['add'] = (owners, by) => {
    for (const owner of owners) {
      const count = (held.get(owner) ?? 0) + by
      if (count <= 0) held.delete(owner)
      else held.set(owner, count)
    }
  }
  const take = (caps: readonly Cap[]): void => {
    add(
      caps.map(({ owner }) => owner),
      1,
    )
  }
  const ofOthers = (owner: string): number => {
    const last = others.get(owner)
    return last === undefined || last.untilMs < performance.now() ? 0 : last.count
  }
  return {
    held,
    add,
    take,
    saw(caps, counts) {
      const untilMs = performance.now() + SESSION_LASTS_MS
      for (const [at, count] of counts.entries()) {
        const { owner } = caps[at] as Cap
        if (count === 0) others.delete(owner)
        else others.set(owner, { count, untilMs })
      }
    },
    takeAlone(caps) {
      const full = caps.findIndex(
        ({ owner, max }) => (held.get(owner) ?? 0) + ofOthers(owner) >= max,
      )
      if (full >= 0) return full
      take(caps)
      return null
    },
    forgetOld() {
      const nowMs = performance.now()
      for (const [owner, { untilMs }] of others) if (untilMs < nowMs) others.delete(owner)
    },
  }
}
