/** Counters in this process's memory, on its monotonic clock. */

import type { CounterReading, Demand, LocalCounters } from './counters.ts'
import { createMemoryWindows, type Windows } from './memory-windows.ts'
import { add, fits, giveBack, resetMs, type Window, waitMs } from './window.ts'

/** `nowMs` is the same clock in all threads that share the windows. */
export function createMemoryCounters(
  nowMs: () => number = () => performance.now(),
  shelf: Windows = createMemoryWindows(),
): LocalCounters & { size(): number } {
  const findAll = (demands: readonly Demand[], nowSecond: number): Window[] => {
    const windows: Window[] = []
    for (const { counter } of demands) windows.push(shelf.find(counter, nowSecond))
    return windows
  }

  return {
    take(demands) {
      const now = nowMs()
      const localSecond = shelf.enter(now)
      try {
        const windows = findAll(demands, localSecond)
        const taken = fitAll(windows, demands)
        if (taken) {
          addAll(windows, demands, localSecond)
          for (const window of windows) shelf.keep(window)
        }
        const readings = readingsOf(windows, demands, taken, now)
        if (!taken) return { kind: 'refused', readings, degraded: false }
        const ticket = { localSecond, sharedSecond: null }
        return { kind: 'taken', ticket, readings, degraded: false }
      } finally {
        shelf.leave()
      }
    },
    correct({ localSecond }, corrections) {
      const nowSecond = shelf.enter(nowMs())
      try {
        for (const { counter, by } of corrections) {
          const window = shelf.find(counter, nowSecond)
          if (by < 0) giveBack(window, localSecond, -by)
          else add(window, nowSecond, by)
          shelf.keep(window)
        }
      } finally {
        shelf.leave()
      }
    },
    health: () => 'not_configured',
    stop: async () => {},
    size: () => shelf.size(),
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
): CounterReading[] {
  const readings: CounterReading[] = []
  for (let at = 0; at < demands.length; at++) {
    const window = windows[at] as Window
    const { amount, limit } = demands[at] as Demand
    const wait = taken ? 0 : waitMs(window, amount, limit, nowMs)
    readings.push({ used: window.sum, resetMs: resetMs(window, nowMs), waitMs: wait })
  }
  return readings
}
