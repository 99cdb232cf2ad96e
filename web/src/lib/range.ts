/** Ranges of time as the address has them, as two instants. */
import { serverNow } from './clock.ts'
import type { RangeSearch } from './search-params.ts'

const HOUR_MS = 3_600_000
const LENGTHS_MS = {
  '1h': HOUR_MS,
  '24h': 24 * HOUR_MS,
  '7d': 168 * HOUR_MS,
  '30d': 720 * HOUR_MS,
  '90d': 2160 * HOUR_MS,
}
const MINUTE_MS = 60_000

export interface Bounds {
  from: string
  until: string
}

/**
 * `until` is the next whole minute, so that the same range asked for twice within a minute is the same question,
 * and is answered from what is known.
 */
export function boundsOf({ range = '24h', from, until }: RangeSearch, timeZone?: string): Bounds {
  const endMs = (Math.floor(serverNow() / MINUTE_MS) + 1) * MINUTE_MS
  if (from !== undefined)
    return { from: new Date(from).toISOString(), until: new Date(until ?? endMs).toISOString() }
  const startMs = range === 'month' ? monthStart(endMs, timeZone) : endMs - LENGTHS_MS[range]
  return { from: new Date(startMs).toISOString(), until: new Date(endMs).toISOString() }
}

/** Midnight of the first of the month in a time zone, also where clocks are set forward in between. */
export function monthStart(atMs: number, timeZone = 'UTC'): number {
  const parts = localParts(atMs, timeZone)
  const guess = Date.UTC(parts.year, parts.month - 1, 1)
  const corrected = guess - offsetMs(guess, timeZone)
  return guess - offsetMs(corrected, timeZone)
}

function offsetMs(atMs: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = localParts(atMs, timeZone)
  const wholeSecond = Math.floor(atMs / 1000) * 1000
  return Date.UTC(year, month - 1, day, hour, minute, second) - wholeSecond
}

type Part = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second'

function localParts(atMs: number, timeZone: string): Record<Part, number> {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const entries = format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)])
  return Object.fromEntries(entries) as Record<Part, number>
}
