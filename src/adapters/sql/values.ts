/** Reads single column values, which may have been written by hand; malformed ones throw InvalidRowError. */
import { isoTime } from '../../core/time/iso-time.ts'

export class InvalidRowError extends Error {
  override readonly name = 'InvalidRowError'
}

export function oneOf<T extends string>(column: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === value)
  if (found === undefined)
    throw new InvalidRowError(`${column} must be one of ${allowed.join(', ')}`)
  return found
}

/** SQLite stores text in an integer column if it is not a number. */
export function count(column: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new InvalidRowError(`${column} must be a whole number, 0 or more`)
}

export function countOrNull(column: string, value: unknown): number | null {
  return value === null ? null : count(column, value)
}

const WRITTEN_TIME =
  /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:Z|([+-]\d\d)(?::?(\d\d))?)?)?$/

/**
 * ISO-8601. Without a zone it is UTC, as SQLite's `datetime('now')` writes it. PostgreSQL's `now()` has a zone
 * with hours only.
 */
export function timeOrNull(column: string, value: string | null): number | null {
  if (value === null) return null
  const [, day, clock = '00:00', hours, minutes = '00'] = WRITTEN_TIME.exec(value) ?? []
  const zone = hours === undefined ? 'Z' : `${hours}:${minutes}`
  const ms = Date.parse(`${day}T${clock}${zone}`)
  if (Number.isNaN(ms))
    throw new InvalidRowError(`${column} must be a time such as 2026-11-23T07:00:00.000Z`)
  return ms
}

export function time(column: string, value: string): number {
  return timeOrNull(column, value) ?? 0
}

/** PostgreSQL can't store NUL or lone surrogates; a client's text must not block a batch. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed()
}

export function isoTimeOrNull(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms)
}

export function textsOrNull(column: string, value: string | null): readonly string[] | null {
  if (value === null) return null
  const list = parsed(value)
  if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list
  throw new InvalidRowError(`${column} must be a JSON list of texts, such as ["gpt-4o"]`)
}

export function textMapOrNull(
  column: string,
  value: string | null,
): Readonly<Record<string, string>> | null {
  if (value === null) return null
  const map = parsed(value)
  if (typeof map === 'object' && map !== null && !Array.isArray(map)) {
    const entries = Object.entries(map)
    if (entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
      return Object.fromEntries(entries)
    }
  }
  throw new InvalidRowError(
    `${column} must be a JSON object of texts, such as {"gpt-4o":"my-deployment"}`,
  )
}

export function objectOrNull(
  column: string,
  value: string | null,
): Readonly<Record<string, unknown>> | null {
  if (value === null) return null
  const object = parsed(value)
  if (typeof object === 'object' && object !== null && !Array.isArray(object))
    return object as Readonly<Record<string, unknown>>
  throw new InvalidRowError(`${column} must be a JSON object, such as {"temperature":0}`)
}

export function jsonOrNull(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value)
}

/** Null for an empty list. */
export function jsonUnlessEmpty(list: readonly unknown[]): string | null {
  return list.length === 0 ? null : JSON.stringify(list)
}

function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}
