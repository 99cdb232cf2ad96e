/** The port of a log that several threads read and write in one order. */
export interface OrderedLog {
  /** Whether others have written since this thread last read. */
  hasMissed(): boolean
  /** While `work` runs no other thread reads or writes. `missed`: what others wrote since the last call. */
  exclusively<Result>(
    work: (missed: readonly string[], append: (event: string) => void) => Result,
  ): Result
}
