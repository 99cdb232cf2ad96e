/** Counters in this process's memory, on its monotonic clock. */
import {
  add,
  BUCKET_LASTS_SECONDS,
  emptyWindow,
  fits,
  giveBack,
  resetMs,
  roll,
  type Window,
  waitMs,
} from '../../core/window.ts'
import type { Demand, LocalCounters, Reading } from '../../ports/counters.ts'

/**
 * Windows live in two generations: one that is asked for moves to the young one, and what stayed in
 * the old one for a whole window is dropped with it. So idle ones go without being looked for.
 */
export function createMemoryCounters(
  nowMs: () => number = () => performance.now(),
): LocalCounters & { size(): number } {
  let young = new Map<string, Window>()
  let old = new Map<string, Window>()
  let nextGenerationAt = 0

  const find = (counter: string, nowSecond: number): Window => {
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
  }

  return {
    take(demands) {
      const now = nowMs()
      const nowSecond = Math.floor(now / 1000)
      const windows = demands.map(({ counter }) => find(counter, nowSecond))
      const taken = windows.every((window, at) => fitsDemand(window, demands[at]))
      if (taken)
        windows.forEach((window, at) => void add(window, nowSecond, demands[at]?.amount ?? 0))
      const readings = windows.map((window, at) => reading(window, demands[at], taken, now))
      return taken
        ? {
            kind: 'taken',
            ticket: { localSecond: nowSecond, sharedSecond: null },
            readings,
            degraded: false,
          }
        : { kind: 'refused', readings, degraded: false }
    },
    correct({ localSecond }, corrections) {
      const nowSecond = Math.floor(nowMs() / 1000)
      for (const { counter, by } of corrections) {
        const window = find(counter, nowSecond)
        if (by < 0) giveBack(window, localSecond, -by)
        else add(window, nowSecond, by)
      }
    },
    charge(demands) {
      const nowSecond = Math.floor(nowMs() / 1000)
      for (const { counter, amount } of demands) add(find(counter, nowSecond), nowSecond, amount)
      return nowSecond
    },
    health: () => 'not_configured',
    stop: async () => {},
    size: () => young.size + old.size,
  }
}

function fitsDemand(window: Window, demand: Demand | undefined): boolean {
  return demand === undefined || fits(window, demand.amount, demand.limit)
}

function reading(
  window: Window,
  demand: Demand | undefined,
  taken: boolean,
  nowMs: number,
): Reading {
  return {
    used: window.sum,
    resetMs: resetMs(window, nowMs),
    waitMs: taken || demand === undefined ? 0 : waitMs(window, demand.amount, demand.limit, nowMs),
  }
}
