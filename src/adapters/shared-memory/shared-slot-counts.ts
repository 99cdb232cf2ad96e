/** The slots of all front threads, in memory that they share. */
import type { Cap } from '../../limits/cap.ts'
import { createSlotCounts, type SlotCounts } from '../../limits/slot-counts.ts'
import { CELLS, type SharedMemory } from './layout.ts'
import { createLock } from './lock.ts'
import { createPlaces } from './places.ts'

/** More owners at a time than there are places are counted by each thread alone. */
export function createSharedSlotCounts({
  cells,
  ownerHashes,
  slots,
  seeds,
}: SharedMemory): SlotCounts {
  const lock = createLock(cells, CELLS.slotLock)
  const own = createSlotCounts()
  const places = createPlaces(ownerHashes, seeds, {
    isFree: (place) => slots[place] === 0,
    // The slot that is taken next makes it one in use.
    claim() {},
  })
  const countOf = (owner: string): number => {
    const place = places.find(owner)
    return (place < 0 ? 0 : (slots[place] as number)) + own.of(owner)
  }
  const takeOne = (cap: Cap): void => {
    const place = places.ensure(cap.owner)
    if (place < 0) own.take([{ ...cap, max: Number.POSITIVE_INFINITY }])
    else slots[place] = (slots[place] as number) + 1
  }
  const giveOne = (cap: Cap): void => {
    const place = own.of(cap.owner) > 0 ? -1 : places.find(cap.owner)
    if (place < 0) own.give([cap])
    else slots[place] = (slots[place] as number) - 1
  }

  return {
    take(caps) {
      lock.enter()
      try {
        for (let at = 0; at < caps.length; at++) {
          const { owner, max } = caps[at] as Cap
          if (countOf(owner) >= max) return at
        }
        for (const cap of caps) takeOne(cap)
        return -1
      } finally {
        lock.leave()
      }
    },
    give(caps) {
      lock.enter()
      for (const cap of caps) giveOne(cap)
      lock.leave()
    },
    of(owner) {
      lock.enter()
      const count = countOf(owner)
      lock.leave()
      return count
    },
    waiting: () => Atomics.load(cells, CELLS.waitingRequests),
    waits: (by) => void Atomics.add(cells, CELLS.waitingRequests, by),
    areShared: true,
  }
}
