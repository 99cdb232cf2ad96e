/** How long an upstream asks to wait. */

/** `retry-after-ms`, or `retry-after` as seconds or as an HTTP date (RFC 9110, 10.2.3); null where neither is usable. */
export function readRetryAfterMs(
  header: (name: string) => string | null,
  nowMs: number,
): number | null {
  const exact = nonNegative(header('retry-after-ms'))
  if (exact !== null) return exact
  const text = header('retry-after')
  const seconds = nonNegative(text)
  if (seconds !== null) return seconds * 1000
  // Date.parse takes much for a date that is none; an HTTP date begins with the day's name.
  const dateMs = text !== null && /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(dateMs) ? null : Math.max(0, dateMs - nowMs)
}

function nonNegative(text: string | null): number | null {
  if (text === null || text.trim() === '') return null
  const value = Number(text)
  return Number.isFinite(value) && value >= 0 ? value : null
}
