/** What the front threads of one process have in common: arrays that each of them reads and writes. */
import { BUCKET_LASTS_SECONDS } from '../../limits/window.ts'

/** Pages are only taken from the system once something is written to them. */
const WINDOWS = 65_536
const OWNERS = 65_536
const LOG_BYTES = 8 * 1024 * 1024

/** Of a window: how many buckets it has, their seconds, their amounts. */
export const WINDOW_NUMBERS = 1 + 2 * (BUCKET_LASTS_SECONDS + 1)

/** What each single number is, each on a cache line of its own. */
export const CELLS = {
  windowLock: 0,
  windowSecond: 16,
  slotLock: 32,
  waitingRequests: 48,
  logLock: 64,
  logVersion: 80,
  connections: 96,
  bodyLock: 112,
} as const

/** Numbers that exceed 32 bits, each used under a lock. */
export const TOTALS = { logEnd: 0, bodyBytes: 1 } as const

/** Can be sent to another thread, which then sees the same memory. */
export interface SharedMemory {
  /** Random; see places.ts. */
  seeds: readonly [number, number]
  cells: Int32Array
  totals: Float64Array
  windowHashes: Int32Array
  windows: Float64Array
  ownerHashes: Int32Array
  slots: Int32Array
  log: Uint8Array
}

export function allocateSharedMemory(): SharedMemory {
  const [first = 0, second = 0] = crypto.getRandomValues(new Uint32Array(2))
  const integers = (count: number) => new Int32Array(new SharedArrayBuffer(count * 4))
  const numbers = (count: number) => new Float64Array(new SharedArrayBuffer(count * 8))
  return {
    seeds: [first, second],
    cells: integers(128),
    totals: numbers(8),
    windowHashes: integers(2 * WINDOWS),
    windows: numbers(WINDOWS * WINDOW_NUMBERS),
    ownerHashes: integers(2 * OWNERS),
    slots: integers(OWNERS),
    log: new Uint8Array(new SharedArrayBuffer(LOG_BYTES)),
  }
}
