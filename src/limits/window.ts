/**
 * A sliding window of 60 s over amounts, in buckets of one second.
 *
 * A bucket counts until its last millisecond is 60 s old, so every amount counts for at least 60 s
 * and for less than 61 s. From that follows the bound: in no span of 60 s is more taken than the
 * limit, with nothing to add; the price is that a place comes free up to one second later than a
 * log of every request would free it. adapters/redis/scripts.ts does the same in Lua.
 */

export interface Window {
  sum: number
  /** Rising; those before `head` have left. */
  readonly seconds: number[]
  readonly amounts: number[]
  head: number
}

const WINDOW_SECONDS = 60
/** Seconds after its beginning at which a bucket leaves. */
export const BUCKET_LASTS_SECONDS = WINDOW_SECONDS + 1
/** Buckets that have left are cut off in one go, for moving the rest costs. */
const CUT_AT = 64

export function emptyWindow(): Window {
  return { sum: 0, seconds: [], amounts: [], head: 0 }
}

/** Lets go of what has left by `nowSecond`. */
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

/** Nothing asked always fits, also where more than the limit was used. */
export function fits(window: Window, amount: number, limit: number): boolean {
  return amount === 0 || window.sum + amount <= limit
}

/** Time does not run backwards: `second` is the last one or a later one. */
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

/** Takes back at most what that second still holds; what has left is not there to be given back. */
export function giveBack(window: Window, second: number, amount: number): void {
  const at = window.seconds.lastIndexOf(second)
  if (at < window.head) return
  const back = Math.min(amount, window.amounts[at] ?? 0)
  window.amounts[at] = (window.amounts[at] ?? 0) - back
  window.sum -= back
}

/** Milliseconds until nothing counts any more. */
export function resetMs({ seconds, sum }: Window, nowMs: number): number {
  const last = seconds[seconds.length - 1]
  return sum === 0 || last === undefined ? 0 : (last + BUCKET_LASTS_SECONDS) * 1000 - nowMs
}

/** Milliseconds until `amount` fits; 0 where it does now, infinite where it is over the limit alone. */
export function waitMs(window: Window, amount: number, limit: number, nowMs: number): number {
  if (fits(window, amount, limit)) return 0
  let tooMuch = window.sum + amount - limit
  for (let at = window.head; at < window.seconds.length; at++) {
    tooMuch -= window.amounts[at] ?? 0
    if (tooMuch <= 0) return ((window.seconds[at] ?? 0) + BUCKET_LASTS_SECONDS) * 1000 - nowMs
  }
  return Number.POSITIVE_INFINITY
}
