/** The windows of rate limits in memory that several threads share. */
import { createMemoryWindows, type Windows } from '../../limits/memory-windows.ts'
import { BUCKET_LASTS_SECONDS, emptyWindow, roll, type Window } from '../../limits/window.ts'
import { CELLS, type SharedMemory, WINDOW_NUMBERS } from './layout.ts'
import { createLock } from './lock.ts'
import { createPlaces } from './places.ts'

/** A copy of what is in shared memory. */
interface PlacedWindow extends Window {
  place: number
}

const SECONDS = 1
const AMOUNTS = 1 + BUCKET_LASTS_SECONDS + 1

/** More counters than there are places are counted by each thread alone. */
export function createSharedWindows({
  cells,
  windowHashes,
  windows,
  seeds,
}: SharedMemory): Windows {
  const lock = createLock(cells, CELLS.windowLock)
  const own = createMemoryWindows()
  let second = 0

  /** Its last bucket has expired. */
  const isFree = (place: number): boolean => {
    const at = place * WINDOW_NUMBERS
    const buckets = windows[at] as number
    if (buckets === 0) return true
    return (windows[at + SECONDS + buckets - 1] as number) <= second - BUCKET_LASTS_SECONDS
  }
  /** An empty bucket keeps the place until it expires. */
  const claim = (place: number): void => {
    const at = place * WINDOW_NUMBERS
    windows[at] = 1
    windows[at + SECONDS] = second
    windows[at + AMOUNTS] = 0
  }
  const places = createPlaces(windowHashes, seeds, { isFree, claim })
  const read = (place: number): PlacedWindow => {
    const window: PlacedWindow = { ...emptyWindow(), place }
    const at = place * WINDOW_NUMBERS
    const buckets = windows[at] as number
    for (let bucket = 0; bucket < buckets; bucket++) {
      const amount = windows[at + AMOUNTS + bucket] as number
      window.seconds.push(windows[at + SECONDS + bucket] as number)
      window.amounts.push(amount)
      window.sum += amount
    }
    return window
  }

  return {
    enter(nowMs) {
      lock.enter()
      // The threads' clocks may differ by microseconds, but seconds must never go back.
      second = Math.max(Math.floor(nowMs / 1000), cells[CELLS.windowSecond] as number)
      cells[CELLS.windowSecond] = second
      return second
    },
    leave: lock.leave,
    find(counter, nowSecond) {
      const place = places.ensure(counter)
      if (place < 0) return own.find(counter, nowSecond)
      const window = read(place)
      roll(window, nowSecond)
      return window
    },
    keep(window) {
      if (!('place' in window)) return
      const { place, seconds, amounts, head } = window as PlacedWindow
      const at = place * WINDOW_NUMBERS
      windows[at] = seconds.length - head
      for (let bucket = head; bucket < seconds.length; bucket++) {
        windows[at + SECONDS + bucket - head] = seconds[bucket] as number
        windows[at + AMOUNTS + bucket - head] = amounts[bucket] as number
      }
    },
    size: own.size,
  }
}
