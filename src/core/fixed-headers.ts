/** Headers that an operator adds to every request to an upstream. */

export type FixedHeaders = Readonly<Record<string, string>>

/** Those that frame the message or belong to the connection, to the body, or to the upstream key. */
const RESERVED = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'content-type',
  'content-encoding',
  'accept-encoding',
  'authorization',
  'api-key',
  'x-api-key',
  'x-goog-api-key',
])
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/
/** Printable ASCII and blanks between; header values have no other common encoding. */
const VALUE = /^[\x21-\x7e](?:[\t\x20-\x7e]{0,2000}[\x21-\x7e])?$/
const MAX_HEADERS = 50

export type HeaderProblem = 'reserved' | 'name' | 'value' | 'count'

export type ReadHeaders =
  | { ok: true; headers: FixedHeaders | null }
  | { ok: false; problem: HeaderProblem; name: string }

/** With names in lower case; null if there are none. */
export function readFixedHeaders(given: FixedHeaders | null): ReadHeaders {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(given ?? {})) {
    const lower = name.toLowerCase()
    if (!NAME.test(name)) return { ok: false, problem: 'name', name }
    if (RESERVED.has(lower)) return { ok: false, problem: 'reserved', name: lower }
    if (!VALUE.test(value)) return { ok: false, problem: 'value', name: lower }
    headers[lower] = value
  }
  const count = Object.keys(headers).length
  if (count > MAX_HEADERS) return { ok: false, problem: 'count', name: String(count) }
  return { ok: true, headers: count === 0 ? null : headers }
}

const SECRET_NAME = /key|token|secret|auth|passw|cookie|credential|signature|session/i

/** Shown in place of a value that may be a secret; given as a value, it keeps the one that is stored. */
export const MASKED = '***'

/** With values that may be secrets masked. */
export function shownHeaders(headers: FixedHeaders | null): FixedHeaders | null {
  if (headers === null) return null
  const pairs = Object.entries(headers)
  return Object.fromEntries(
    pairs.map(([name, value]) => [name, isSecret(name, value) ? MASKED : value]),
  )
}

/** A client's header never adds to or replaces a fixed one. */
export function besideFixed(
  given: FixedHeaders | null,
  fixed: FixedHeaders | null,
): FixedHeaders | null {
  if (given === null || fixed === null) return given
  const others = Object.entries(given).filter(([name]) => !Object.hasOwn(fixed, name))
  return others.length === 0 ? null : Object.fromEntries(others)
}

/** Values that must be redacted wherever an upstream repeats them. */
export function secretHeaderValues(headers: FixedHeaders | null): string[] {
  const pairs = Object.entries(headers ?? {})
  return pairs.filter(([name, value]) => isSecret(name, value)).map(([, value]) => value)
}

/** Masked values replaced by those that are stored under the same name. */
export function unmaskedHeaders(
  given: FixedHeaders | null,
  stored: FixedHeaders | null,
): FixedHeaders | null {
  if (given === null) return null
  const pairs = Object.entries(given)
  return Object.fromEntries(
    pairs.map(([name, value]) => [
      name,
      value === MASKED ? (stored?.[name.toLowerCase()] ?? value) : value,
    ]),
  )
}

/** Such values, as vendors shape their keys, are secrets under any name. */
const SECRET_VALUE = /^(?:bearer|basic)\s|\b(?:sk|pk|rk|xai|gsk)[-_][A-Za-z0-9_-]{8,}|^eyJ[\w-]+\./i

function isSecret(name: string, value: string): boolean {
  return SECRET_NAME.test(name) || SECRET_VALUE.test(value)
}
