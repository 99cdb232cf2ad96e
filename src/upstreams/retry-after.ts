/** How long an upstream asks to wait, in the headers and bodies that vendors use for it. */

type Header = (name: string) => string | null

/**
 * In milliseconds; null if nothing usable says it. In this order: `retry-after-ms`, Azure's
 * `x-ms-retry-after-ms`, `retry-after` (seconds or an HTTP date, RFC 9110, 10.2.3), Google's `retryDelay` in the
 * error, and what the limits that are used up say of themselves.
 */
export function readRetryAfterMs(
  header: Header,
  nowMs: number,
  error: Readonly<Record<string, unknown>> | null = null,
): number | null {
  return (
    nonNegative(header('retry-after-ms')) ??
    nonNegative(header('x-ms-retry-after-ms')) ??
    secondsOrDate(header('retry-after'), nowMs) ??
    retryDelay(error) ??
    usedUpLimits(header, nowMs)
  )
}

/** RFC 9110 knows whole seconds only; vendors send fractions, too. */
function secondsOrDate(text: string | null, nowMs: number): number | null {
  const seconds = nonNegative(text)
  if (seconds !== null) return Math.ceil(seconds * 1000)
  // Date.parse takes much for a date that is none; an HTTP date begins with the day's name.
  const dateMs = text !== null && /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(dateMs) ? null : Math.max(0, dateMs - nowMs)
}

/** `google.rpc.RetryInfo`, e.g. `{"retryDelay": "34s"}`. */
function retryDelay(error: Readonly<Record<string, unknown>> | null): number | null {
  const { details } = error ?? {}
  if (!Array.isArray(details)) return null
  for (const detail of details) {
    const delay = (detail as { retryDelay?: unknown } | null)?.retryDelay
    const waitMs = typeof delay === 'string' ? durationMs(delay) : null
    if (waitMs !== null) return waitMs
  }
  return null
}

/** Name before `-requests`, and its counterpart that says how much is left. */
const LIMITS: readonly [reset: string, remaining: string][] = [
  ['x-ratelimit-reset-requests', 'x-ratelimit-remaining-requests'],
  ['x-ratelimit-reset-tokens', 'x-ratelimit-remaining-tokens'],
  ['anthropic-ratelimit-requests-reset', 'anthropic-ratelimit-requests-remaining'],
  ['anthropic-ratelimit-tokens-reset', 'anthropic-ratelimit-tokens-remaining'],
  ['anthropic-ratelimit-input-tokens-reset', 'anthropic-ratelimit-input-tokens-remaining'],
  ['anthropic-ratelimit-output-tokens-reset', 'anthropic-ratelimit-output-tokens-remaining'],
  ['x-ratelimit-reset', 'x-ratelimit-remaining'],
  ['ratelimit-reset', 'ratelimit-remaining'],
]

/** The longest reset of a limit with nothing left; if none says that it is used up, the shortest of all. */
function usedUpLimits(header: Header, nowMs: number): number | null {
  const usedUp: number[] = []
  const all: number[] = []
  for (const [reset, remaining] of LIMITS) {
    const waitMs = resetMs(header(reset), nowMs)
    if (waitMs === null) continue
    all.push(waitMs)
    if (Number(header(remaining) ?? Number.NaN) === 0) usedUp.push(waitMs)
  }
  if (usedUp.length > 0) return Math.max(...usedUp)
  const positive = all.filter((waitMs) => waitMs > 0)
  return positive.length === 0 ? null : Math.min(...positive)
}

/** A duration (`1m30s`), an ISO time, seconds, or seconds or milliseconds since 1970. */
function resetMs(text: string | null, nowMs: number): number | null {
  if (text === null) return null
  const number = nonNegative(text)
  if (number !== null) {
    const atMs = number > 1e11 ? number : number * 1000
    return number > 1e8 ? Math.max(0, atMs - nowMs) : number * 1000
  }
  if (/^\d{4}-\d\d-\d\dT/.test(text)) {
    const atMs = Date.parse(text)
    return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs)
  }
  return durationMs(text)
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** As Go and protobuf write them: `20s`, `1.5s`, `250ms`, `1h2m3s`. */
function durationMs(text: string): number | null {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(text)) return null
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g))
    total += Number(amount) * (UNIT_MS[unit as string] as number)
  return Math.ceil(total)
}

function nonNegative(text: string | null): number | null {
  if (text === null || text.trim() === '') return null
  const value = Number(text)
  return Number.isFinite(value) && value >= 0 ? value : null
}
