/** Counters in this process's memory, on its monotonic clock. */

import type { Demand, LocalCounters, Reading } from './counters.ts'
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
} from './window.ts'

/**
 * Windows live in two generations: using one moves it to the young generation, and whatever stays in the old one
 * for a whole window is dropped with it. Idle windows thus expire without a scan.
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
  const findAll = (demands: readonly Demand[], nowSecond: number): Window[] => {
    const windows: Window[] = []
    for (const { counter } of demands) windows.push(find(counter, nowSecond))
    return windows
  }

  return {
    take(demands) {
      const now = nowMs()
      const localSecond = Math.floor(now / 1000)
      const windows = findAll(demands, localSecond)
      const taken = fitAll(windows, demands)
      if (taken) addAll(windows, demands, localSecond)
      const readings = readingsOf(windows, demands, taken, now)
      if (!taken) return { kind: 'refused', readings, degraded: false }
      const ticket = { localSecond, sharedSecond: null }
      return { kind: 'taken', ticket, readings, degraded: false }
    },
    correct({ localSecond }, corrections) {
      const nowSecond = Math.floor(nowMs() / 1000)
      for (const { counter, by } of corrections) {
        const window = find(counter, nowSecond)
        if (by < 0) giveBack(window, localSecond, -by)
        else add(window, nowSecond, by)
      }
    },
    health: () => 'not_configured',
    stop: async () => {},
    size: () => young.size + old.size,
  }
}

// Index loops, because closures would be allocated for each request.

function fitAll(windows: readonly Window[], demands: readonly Demand[]): boolean {
  for (let at = 0; at < demands.length; at++) {
    const { amount, limit } = demands[at] as Demand
    if (!fits(windows[at] as Window, amount, limit)) return false
  }
  return true
}

function addAll(windows: readonly Window[], demands: readonly Demand[], second: number): void {
  for (let at = 0; at < demands.length; at++)
    add(windows[at] as Window, second, (demands[at] as Demand).amount)
}

function readingsOf(
  windows: readonly Window[],
  demands: readonly Demand[],
  taken: boolean,
  nowMs: number,
): Reading[] {
  const readings: Reading[] = []
  for (let at = 0; at < demands.length; at++) {
    const window = windows[at] as Window
    const { amount, limit } = demands[at] as Demand
    const wait = taken ? 0 : waitMs(window, amount, limit, nowMs)
    readings.push({ used: window.sum, resetMs: resetMs(window, nowMs), waitMs: wait })
  }
  return readings
}
