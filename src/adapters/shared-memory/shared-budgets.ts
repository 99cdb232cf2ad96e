/** What a process may have in total, whichever of its threads has it. */
import { CELLS, type SharedMemory, TOTALS } from './layout.ts'
import { createLock } from './lock.ts'

/** The memory of request bodies, in bytes. */
export function createSharedBodyBudget({ cells, totals }: SharedMemory, maxBytes: number) {
  const lock = createLock(cells, CELLS.bodyLock)
  const taken = (): number => totals[TOTALS.bodyBytes] as number
  return {
    maxBytes,
    taken,
    take(bytes: number): boolean {
      lock.enter()
      const fits = taken() + bytes <= maxBytes
      if (fits) totals[TOTALS.bodyBytes] = taken() + bytes
      lock.leave()
      return fits
    },
    give(bytes: number): void {
      lock.enter()
      totals[TOTALS.bodyBytes] = taken() - bytes
      lock.leave()
    },
  }
}

/** Counts one client connection more or less; returns how many there are. */
export function countConnections({ cells }: SharedMemory): (by: 1 | -1) => number {
  return (by) => Atomics.add(cells, CELLS.connections, by) + by
}
