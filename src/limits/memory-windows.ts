/** Where windows live: those of one thread here; those of several threads in adapters/shared-memory. */
import { BUCKET_LASTS_SECONDS, emptyWindow, roll, type Window } from './window.ts'

export interface Windows {
  /** From here to `leave` no other thread reads or changes a window. Returns the current second. */
  enter(nowMs: number): number
  leave(): void
  /** Between `enter` and `leave`; without what has expired. */
  find(counter: string, nowSecond: number): Window
  /** Stores a window that `find` returned and that was changed. */
  keep(window: Window): void
  /** How many there are, for tests. */
  size(): number
}

/**
 * Windows live in two generations: using one moves it to the young generation, and whatever stays in the old one
 * for a whole window is dropped with it. So idle windows expire without a scan.
 */
export function createMemoryWindows(): Windows {
  let young = new Map<string, Window>()
  let old = new Map<string, Window>()
  let nextGenerationAt = 0

  return {
    enter: (nowMs) => Math.floor(nowMs / 1000),
    leave() {},
    find(counter, nowSecond) {
      if (nowSecond >= nextGenerationAt) {
        old = young
        young = new Map()
        nextGenerationAt = nowSecond + BUCKET_LASTS_SECONDS
      }
      let window = young.get(counter)
      if (window === undefined) {
        window = old.get(counter) ?? emptyWindow()
        young.set(counter, window)
      }
      roll(window, nowSecond)
      return window
    },
    keep() {},
    size: () => young.size + old.size,
  }
}
