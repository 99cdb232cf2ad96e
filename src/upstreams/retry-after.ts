/** How long an upstream asks to wait, in the headers and bodies that vendors use for it. */

type Header = (name: string) => string | null

/**
 * In milliseconds; null if nothing usable says it. In this order: `retry-after-ms`, Azure's
 * `x-ms-retry-after-ms`, `retry-after` (seconds or an HTTP date, RFC 9110, 10.2.3; in practice also a duration, an ISO
 * time or seconds since 1970), what the error says, and what the limits that are used up say of themselves.
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
    saidByError(error ?? {}, nowMs) ??
    usedUpPolicies(header('ratelimit')) ??
    usedUpLimits(header, nowMs)
  )
}

/** RFC 9110 knows whole seconds only; vendors send fractions, too. */
function secondsOrDate(text: string | null, nowMs: number): number | null {
  // Date.parse takes much for a date that is none; an HTTP date begins with the day's name.
  if (text === null || !/^[A-Z][a-z]{2}, /.test(text)) return rounded(resetMs(text, nowMs))
  const dateMs = Date.parse(text)
  return Number.isNaN(dateMs) ? null : Math.max(0, dateMs - nowMs)
}

function rounded(waitMs: number | null): number | null {
  return waitMs === null ? null : Math.ceil(waitMs)
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

const IN_SECONDS = ['retry_after', 'retry_after_seconds', 'retryAfter', 'retryAfterSeconds']
const IN_MILLISECONDS = ['retry_after_ms', 'retryAfterMs']

/** In the error itself, or in what it says of its cause: OpenRouter has the vendor's headers in `metadata`. */
function saidByError(error: Fields, nowMs: number): number | null {
  const metadata = fieldsIn(error.metadata)
  for (const fields of [error, metadata, fieldsIn(error.details), fieldsIn(error.parameters)]) {
    const ms = firstText(fields, IN_MILLISECONDS)
    const waitMs = ms === null ? resetMs(firstText(fields, IN_SECONDS), nowMs) : nonNegative(ms)
    if (waitMs !== null) return Math.ceil(waitMs)
  }
  const headers = new Map<string, string>()
  for (const [name, value] of Object.entries(fieldsIn(metadata.headers)))
    if (typeof value === 'string') headers.set(name.toLowerCase(), value)
  return headers.size === 0 ? null : usedUpLimits((name) => headers.get(name) ?? null, nowMs)
}

type Fields = Readonly<Record<string, unknown>>

function fieldsIn(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function firstText(fields: Fields, names: readonly string[]): string | null {
  for (const name of names) {
    const value = fields[name]
    if (typeof value === 'number') return String(value)
    if (typeof value === 'string' && value !== '') return value
  }
  return null
}

/** As Hugging Face sends it (RFC draft "RateLimit header fields"): `"api";r=0;t=55`, one for each policy. */
function usedUpPolicies(text: string | null): number | null {
  const waits = (text ?? '').split(',').map((policy) => {
    const left = /;\s?r=(\d+)/.exec(policy)?.[1]
    const seconds = /;\s?t=(\d+)/.exec(policy)?.[1]
    return left !== undefined && Number(left) === 0 && seconds !== undefined ? Number(seconds) : 0
  })
  const longest = Math.max(...waits)
  return longest > 0 ? longest * 1000 : null
}

/** Name before `-requests`, and its counterpart that says how much is left. */
const LIMITS: readonly [reset: string, remaining: string][] = [
  ['x-ratelimit-reset-requests', 'x-ratelimit-remaining-requests'],
  ['x-ratelimit-reset-tokens', 'x-ratelimit-remaining-tokens'],
  ['anthropic-ratelimit-requests-reset', 'anthropic-ratelimit-requests-remaining'],
  ['anthropic-ratelimit-tokens-reset', 'anthropic-ratelimit-tokens-remaining'],
  ['anthropic-ratelimit-input-tokens-reset', 'anthropic-ratelimit-input-tokens-remaining'],
  ['anthropic-ratelimit-output-tokens-reset', 'anthropic-ratelimit-output-tokens-remaining'],
  ...[
    'requests-day',
    'requests-hour',
    'requests-minute',
    'tokens-day',
    'tokens-hour',
    'tokens-minute',
  ].map((limit): [string, string] => [
    `x-ratelimit-reset-${limit}`,
    `x-ratelimit-remaining-${limit}`,
  ]),
  ['x-ratelimit-reset', 'x-ratelimit-remaining'],
  ['x-ratelimit-reset-after', 'x-ratelimit-remaining'],
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
