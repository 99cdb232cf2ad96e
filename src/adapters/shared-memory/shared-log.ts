/** One order of events for all threads, in a ring of bytes that they share. */
import type { OrderedLog } from '../../upstreams/health/ordered-log.ts'
import { CELLS, type SharedMemory, TOTALS } from './layout.ts'
import { createLock } from './lock.ts'

const HEADER_BYTES = 4

/** `lost` is called if this thread was blocked until events were overwritten that it had not read. */
export function createSharedLog(memory: SharedMemory, lost: () => void): OrderedLog {
  const { cells, totals, log } = memory
  const lock = createLock(cells, CELLS.logLock)
  let version = 0
  let readTo = 0

  const copyOut = (at: number, length: number): Buffer => {
    const bytes = Buffer.allocUnsafe(length)
    const from = at % log.length
    const first = Math.min(length, log.length - from)
    bytes.set(log.subarray(from, from + first))
    bytes.set(log.subarray(0, length - first), first)
    return bytes
  }
  const copyIn = (at: number, bytes: Uint8Array): void => {
    const from = at % log.length
    const first = Math.min(bytes.length, log.length - from)
    log.set(bytes.subarray(0, first), from)
    log.set(bytes.subarray(first), 0)
  }
  const readMissed = (): string[] => {
    const end = totals[TOTALS.logEnd] as number
    if (end - readTo > log.length) {
      readTo = end
      lost()
    }
    const events: string[] = []
    while (readTo < end) {
      const length = copyOut(readTo, HEADER_BYTES).readUInt32LE()
      events.push(copyOut(readTo + HEADER_BYTES, length).toString())
      readTo += HEADER_BYTES + length
    }
    version = cells[CELLS.logVersion] as number
    return events
  }
  const append = (event: string): void => {
    const length = Buffer.byteLength(event)
    const bytes = Buffer.allocUnsafe(HEADER_BYTES + length)
    bytes.writeUInt32LE(length)
    bytes.write(event, HEADER_BYTES)
    // What does not fit is seen by this thread alone.
    if (bytes.length > log.length) return
    copyIn(readTo, bytes)
    readTo += bytes.length
    totals[TOTALS.logEnd] = readTo
    version = Atomics.add(cells, CELLS.logVersion, 1) + 1
  }

  return {
    hasMissed: () => Atomics.load(cells, CELLS.logVersion) !== version,
    exclusively(work) {
      lock.enter()
      try {
        return work(readMissed(), append)
      } finally {
        lock.leave()
      }
    },
  }
}
