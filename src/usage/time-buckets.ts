/** Hours, days, weeks and months of a time zone as time ranges, including across daylight-saving changes. */
import type { TimeRange } from './console-reports.ts'

export type Step = 'hour' | 'day' | 'week' | 'month'

const HOUR_MS = 3_600_000
/** Rollups start at each half hour, and so do all buckets. */
const SLOT_MS = 1_800_000

/** Throws RangeError for a zone the runtime does not know. */
export function assertTimeZone(zone: string): void {
  formatterOf(zone)
}

/** All buckets that overlap the range, uncut. Null if there are more than `max`. */
export function bucketsOf(
  { fromMs, untilMs }: TimeRange,
  step: Step,
  { zone, max }: { zone: string; max: number },
): TimeRange[] | null {
  const buckets: TimeRange[] = []
  let startMs = startOf(fromMs, step, zone)
  while (startMs < untilMs) {
    const nextMs = nextStart(startMs, step, zone)
    buckets.push({ fromMs: startMs, untilMs: nextMs })
    if (buckets.length > max) return null
    startMs = nextMs
  }
  return buckets
}

export function startOf(ms: number, step: Step, zone: string): number {
  const { year, month, day, hour, weekday } = localOf(ms, zone)
  if (step === 'hour') return wallClock({ year, month, day, hour }, zone, ms)
  if (step === 'day') return wallClock({ year, month, day, hour: 0 }, zone)
  if (step === 'week') return wallClock({ year, month, day: day - weekday, hour: 0 }, zone)
  return wallClock({ year, month, day: 1, hour: 0 }, zone)
}

function nextStart(startMs: number, step: Step, zone: string): number {
  if (step === 'hour') return startMs + HOUR_MS
  const { year, month, day } = localOf(startMs, zone)
  const later = {
    day: { month, day: day + 1 },
    week: { month, day: day + 7 },
    month: { month: month + 1, day: 1 },
  }
  const nextMs = wallClock({ year, hour: 0, ...later[step] }, zone)
  return Math.max(nextMs, startMs + SLOT_MS)
}

interface Wall {
  year: number
  /** 1 to 12; larger numbers run into the next year. */
  month: number
  day: number
  hour: number
}

/** The time at which the zone's clocks show this; if they skip it, the time of the change. */
function wallClock({ year, month, day, hour }: Wall, zone: string, near?: number): number {
  const asUtc = Date.UTC(year, month - 1, day, hour)
  let ms = asUtc - offsetMs(near ?? asUtc, zone)
  // The offset may differ at that time.
  ms = asUtc - offsetMs(ms, zone)
  return Math.floor(ms / SLOT_MS) * SLOT_MS
}

function offsetMs(ms: number, zone: string): number {
  const { year, month, day, hour, minute } = localOf(ms, zone)
  const minuteMs = Math.floor(ms / 60_000) * 60_000
  return Date.UTC(year, month - 1, day, hour, minute) - minuteMs
}

function localOf(ms: number, zone: string) {
  const parts = new Map(
    formatterOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const of = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0
  const date = { year: of('year'), month: of('month'), day: of('day') }
  // Monday is 0.
  const weekday = (new Date(Date.UTC(date.year, date.month - 1, date.day)).getUTCDay() + 6) % 7
  return { ...date, hour: of('hour') % 24, minute: of('minute'), weekday }
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  })
  formatters.set(zone, made)
  return made
}
