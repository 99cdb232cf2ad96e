/** Numbers, money, durations and times as people read them, in the language and time zone of the console. */

import { serverNow } from './clock.ts'

export type Language = 'en' | 'zh'

let language: Language = 'en'
let timeZone: string | undefined

const LOCALES: Record<Language, string> = { en: 'en-GB', zh: 'zh-CN' }
const formatters = new Map<
  string,
  Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat
>()

/** To be called before anything is rendered in a new language or time zone. */
export function setFormat(next: { language?: Language; timeZone?: string }): void {
  language = next.language ?? language
  timeZone = next.timeZone ?? timeZone
  formatters.clear()
}

export const reportingTimeZone = (): string | undefined => timeZone

function cached<
  Formatter extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat,
>(name: string, make: (locale: string) => Formatter): Formatter {
  const known = formatters.get(name)
  if (known !== undefined) return known as Formatter
  const made = make(LOCALES[language])
  formatters.set(name, made)
  return made
}

/** 12,345 */
export function formatNumber(value: number): string {
  return cached(
    'number',
    (locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }),
  ).format(value)
}

/** 12.3k: for places where the whole number is a hover away. */
export function formatCompact(value: number): string {
  if (Math.abs(value) < 10_000) return formatNumber(Math.round(value * 10) / 10)
  return cached(
    'compact',
    (locale) =>
      new Intl.NumberFormat(locale === 'en-GB' ? 'en-US' : locale, {
        notation: 'compact',
        maximumSignificantDigits: 3,
      }),
  ).format(value)
}

const SMALLEST_COST_USD = 0.000_01

/** Dollars. What is not nothing never reads as nothing: a tiny cost is "<$0.00001". */
export function formatCost(usd: number | null): string {
  if (usd === null) return '–'
  if (usd === 0) return '$0'
  if (usd < SMALLEST_COST_USD) return '<$0.00001'
  const digits = usd >= 1 ? 2 : Math.min(5, 1 - Math.floor(Math.log10(usd)))
  return cached(
    `usd-${digits}`,
    () =>
      new Intl.NumberFormat('en-US', {
        style: 'currency',
        currency: 'USD',
        minimumFractionDigits: Math.min(2, digits),
        maximumFractionDigits: Math.max(2, digits),
      }),
  ).format(usd)
}

const SMALLEST_SHARE = 0.001

/** 3.4 % of a share between 0 and 1. What is not nothing never reads as nothing, nor almost all as all. */
export function formatShare(share: number): string {
  if (share > 0 && share < SMALLEST_SHARE) return `<${formatShare(SMALLEST_SHARE)}`
  if (share >= 0.995 && share < 1) return `>${formatShare(0.99)}`
  const maximumFractionDigits = share < 0.1 ? 1 : 0
  return cached(
    `share-${maximumFractionDigits}`,
    (locale) => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits }),
  ).format(share)
}

/** 820 ms, 1.24 s, 2 min 5 s */
export function formatDuration(ms: number | null): string {
  if (ms === null) return '–'
  if (ms < 1) return `${ms.toFixed(2)} ms`
  if (ms < 10) return `${ms.toFixed(1)} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
  const minutes = Math.floor(ms / 60_000)
  const [hour, minute, second] = language === 'zh' ? [' 小时', ' 分', ' 秒'] : [' h', ' min', ' s']
  return minutes < 60
    ? `${minutes}${minute} ${Math.floor((ms % 60_000) / 1000)}${second}`
    : `${Math.floor(minutes / 60)}${hour} ${minutes % 60}${minute}`
}

const TIME_STYLES = {
  time: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  minute: { hour: '2-digit', minute: '2-digit' },
  day: { day: 'numeric', month: 'short' },
  date: { day: 'numeric', month: 'short', year: 'numeric' },
  full: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  moment: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  month: { month: 'long', year: 'numeric' },
} satisfies Record<string, Intl.DateTimeFormatOptions>

const HALF_YEAR_MS = 183 * 86_400_000

export type TimeStyle = keyof typeof TIME_STYLES

/** A day more than half a year away could be one of two years, so its year is named. */
const withYear = (at: string | number): Intl.DateTimeFormatOptions =>
  Math.abs(new Date(at).getTime() - serverNow()) > HALF_YEAR_MS ? { year: 'numeric' } : {}

/** A time in the reporting time zone. */
export function formatTime(at: string | number, style: TimeStyle = 'full'): string {
  const year = 'day' in TIME_STYLES[style] ? withYear(at) : {}
  return cached(
    `time-${style}-${year.year}`,
    (locale) =>
      new Intl.DateTimeFormat(locale, {
        ...TIME_STYLES[style],
        ...year,
        hourCycle: 'h23',
        ...(timeZone ? { timeZone } : {}),
      }),
  ).format(new Date(at))
}

/** The same in UTC, for the hover. */
export function formatUtc(at: string | number): string {
  return `${new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, '')} UTC`
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
]

/** "3 minutes ago", "in 5 days", from a distance in milliseconds (past is negative). */
export function formatDistance(ms: number): string {
  // Rounded first, so that it is never "60 minutes ago".
  const [unit, size] =
    UNITS.find(([, each], at) => Math.abs(ms) >= each - (UNITS[at + 1]?.[1] ?? 0) / 2) ??
    (['second', 1000] as const)
  return cached(
    'relative',
    (locale) => new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' }),
  ).format(Math.round(ms / size), unit)
}
