/** Reads single values of another program's rows: SQLite's own types, or PostgreSQL's text form. */
import type { SourceRow } from './source.ts'

/** The value of the first of these columns that has one; null if none does. */
export function pick(row: SourceRow, names: readonly string[]): unknown {
  for (const name of names) {
    const value = row[name]
    if (value !== null && value !== undefined && value !== '') return value
  }
  return null
}

/** Null for an absent value. Bytes are text in UTF-8, as SQLAlchemy's LargeBinary keeps a Fernet token. */
export function columnText(value: unknown): string | null {
  if (value === null) return null
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  const text = String(value)
  return /^\\x([0-9a-f]{2})+$/i.test(text)
    ? Buffer.from(text.slice(2), 'hex').toString('utf8')
    : text
}

/** Null for an absent value, and for anything but a whole number of 0 or more. */
export function countOf(value: unknown): number | null {
  const number = value === null ? Number.NaN : Math.round(Number(value))
  return Number.isSafeInteger(number) && number >= 0 ? number : null
}

export function flagOf(value: unknown): boolean | null {
  if (value === null) return null
  return ['1', 't', 'true', 'y', 'yes'].includes(String(value).toLowerCase())
}

/** Milliseconds since 1970. A time without a zone is UTC, as `datetime.utcnow` and `func.now()` write it. */
export function timeOf(value: unknown): number | null {
  const match =
    /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d(?::?\d\d)?)?)?$/.exec(
      String(value ?? ''),
    )
  if (match === null) return null
  const [, day, time = '00:00', zone = 'Z'] = match
  const ms = Date.parse(`${day}T${time}${/^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone}`)
  return Number.isNaN(ms) ? null : ms
}

/** A JSON list, a PostgreSQL array, or names separated by commas; null for an absent or empty one. */
export function namesOf(value: unknown): string[] | null {
  const text = columnText(value)?.trim() ?? ''
  const json = jsonOf(text)
  const names = Array.isArray(json)
    ? json.map(String)
    : text
        .replace(/^\{(.*)\}$/s, '$1')
        .split(',')
        .map((name) => name.trim().replace(/^"(.*)"$/, '$1'))
  const given = names.filter((name) => name !== '' && name !== 'null')
  return given.length === 0 ? null : given
}

/** A JSON object of texts; null for anything else. */
export function mapOf(value: unknown): Record<string, string> | null {
  const json = jsonOf(columnText(value) ?? '')
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null
  const pairs = Object.entries(json).map(([name, each]) => [name, String(each)])
  return pairs.length === 0 ? null : Object.fromEntries(pairs)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
