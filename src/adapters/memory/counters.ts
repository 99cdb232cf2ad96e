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
      const localSecond = Math.floor(now / 1000)
      const windows = demands.map(({ counter }) => find(counter, localSecond))
      const taken = fitAll(windows, demands)
      if (taken)
        windows.forEach((window, at) => void add(window, localSecond, demands[at]?.amount ?? 0))
      const readings = readingsOf(windows, demands, taken, now)
      if (!taken) return { kind: 'refused', readings, degraded: false }
      const ticket = { localSecond, sharedSecond: null }
      return { kind: 'taken', ticket, readings, degraded: false }
    },
    refusal(demands) {
      const now = nowMs()
      const windows = demands.map(({ counter }) => find(counter, Math.floor(now / 1000)))
      if (fitAll(windows, demands)) return null
      const readings = readingsOf(windows, demands, false, now)
      return { kind: 'refused', readings, degraded: false }
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

function fitAll(windows: readonly Window[], demands: readonly Demand[]): boolean {
  return windows.every((window, at) => {
    const demand = demands[at]
    return demand === undefined || fits(window, demand.amount, demand.limit)
  })
}

function readingsOf(
  windows: readonly Window[],
  demands: readonly Demand[],
  taken: boolean,
  nowMs: number,
): Reading[] {
  return windows.map((window, at) => {
    const { amount = 0, limit = 0 } = demands[at] ?? {}
    return {
      used: window.sum,
      resetMs: resetMs(window, nowMs),
      waitMs: taken ? 0 : waitMs(window, amount, limit, nowMs),
    }
  })
}
