/**
 * A sliding window of 60 s over amounts, in buckets of one second. A bucket counts until its last millisecond is
 * 60 s old, so every amount counts for at least 60 s and less than 61 s. Hence no span of 60 s ever exceeds the
 * limit; the price is that capacity frees up to one second later than with a log of every request.
 * adapters/redis/scripts.ts does the same in Lua.
 */

export interface Window {
  sum: number
  /** Ascending; those before `head` have expired. */
  readonly seconds: number[]
  readonly amounts: number[]
  head: number
}

const WINDOW_SECONDS = 60
/** Seconds from a bucket's start until it expires. */
export const BUCKET_LASTS_SECONDS = WINDOW_SECONDS + 1
/** Expired buckets are removed in batches, because each removal shifts the rest. */
const CUT_AT = 64

export function emptyWindow(): Window {
  return { sum: 0, seconds: [], amounts: [], head: 0 }
}

/** Expires buckets up to `nowSecond`. */
export function roll(window: Window, nowSecond: number): void {
  const { seconds, amounts } = window
  const left = nowSecond - BUCKET_LASTS_SECONDS
  while (window.head < seconds.length && (seconds[window.head] ?? 0) <= left) {
    window.sum -= amounts[window.head++] ?? 0
  }
  if (window.head < CUT_AT && window.head < seconds.length) return
  seconds.splice(0, window.head)
  amounts.splice(0, window.head)
  window.head = 0
}

/** A zero amount always fits, even if usage exceeds the limit. */
export function fits(window: Window, amount: number, limit: number): boolean {
  return amount === 0 || window.sum + amount <= limit
}

/** `second` must not be earlier than the last one. */
export function add(window: Window, second: number, amount: number): void {
  if (amount === 0) return
  const last = window.seconds.length - 1
  if (last >= window.head && window.seconds[last] === second) {
    window.amounts[last] = (window.amounts[last] ?? 0) + amount
  } else {
    window.seconds.push(second)
    window.amounts.push(amount)
  }
  window.sum += amount
}

/** Returns at most what that second still holds; expired amounts can't be returned. */
export function giveBack(window: Window, second: number, amount: number): void {
  const at = window.seconds.lastIndexOf(second)
  if (at < window.head) return
  const back = Math.min(amount, window.amounts[at] ?? 0)
  window.amounts[at] = (window.amounts[at] ?? 0) - back
  window.sum -= back
}

/** Milliseconds until the window is empty. */
export function resetMs({ seconds, sum }: Window, nowMs: number): number {
  const last = seconds[seconds.length - 1]
  return sum === 0 || last === undefined ? 0 : (last + BUCKET_LASTS_SECONDS) * 1000 - nowMs
}

/** Milliseconds until `amount` fits; 0 if it fits now, infinite if it exceeds the limit by itself. */
export function waitMs(window: Window, amount: number, limit: number, nowMs: number): number {
  if (fits(window, amount, limit)) return 0
  let tooMuch = window.sum + amount - limit
  for (let at = window.head; at < window.seconds.length; at++) {
    tooMuch -= window.amounts[at] ?? 0
    if (tooMuch <= 0) return ((window.seconds[at] ?? 0) + BUCKET_LASTS_SECONDS) * 1000 - nowMs
  }
  return Number.POSITIVE_INFINITY
}
