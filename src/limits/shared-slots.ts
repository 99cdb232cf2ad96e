/** The port of slots that several instances count together. */
import type { Cap } from './cap.ts'

/** The place of a request among all that want a slot, at any instance: higher priorities first, then earlier ones. */
export interface SlotClaim {
  priority: number
  /** By the wall clock. */
  sinceMs: number
  /** Names a request that waits; null: it does not, so it is refused if another one's turn is before its own. */
  waiter: string | null
}

export interface SharedSlots {
  /** False while they can't be reached. */
  readonly standing: boolean
  /**
   * Takes one slot of each cap, or none. Resolves to the index of a cap that is full or that is another one's turn,
   * where a request that waits is then known to all instances; null if they were taken. Rejects if the slots can't be
   * reached.
   */
  take(caps: readonly Cap[], turn: SlotClaim): Promise<number | null>
  /** Makes a request that waits for the owner known to all instances. Fire and forget. */
  waitFor(owner: string, turn: SlotClaim): void
  /** It waits no longer for any of them. Fire and forget. */
  stopWaiting(owners: readonly string[], waiter: string): void
  /**
   * Takes slots without asking, for the others to see once they can. The index of a cap that these and what the others
   * had a moment ago would exceed, if there is one: then none is taken. Null if they were taken.
   */
  holdAlone(caps: readonly Cap[]): number | null
  /** Fire and forget. */
  give(owners: readonly string[]): void
}
