/** The port of slots that several instances count together. */
import type { Cap } from './cap.ts'

export interface SharedSlots {
  /** False while they can't be reached. */
  readonly standing: boolean
  /**
   * Takes one slot of each cap, or none. Resolves to the index of a cap that is full, or null if they were taken.
   * Rejects if the slots can't be reached.
   */
  take(caps: readonly Cap[]): Promise<number | null>
  /** Counts slots that were taken without asking, for the others to see once they can. */
  holdAlone(owners: readonly string[]): void
  /** Fire and forget. */
  give(owners: readonly string[]): void
}
