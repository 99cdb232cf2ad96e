/** Reads fields of a client's body. Each throws `invalid_request` that names the field by its path. */
import { type GatewayError, invalidRequest } from '../../core/errors.ts'
import type { JsonObject } from './neutral.ts'

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function refuse(field: string, problem: string): GatewayError {
  return invalidRequest(`'${field}' ${problem}`, field)
}

export function objectAt(value: unknown, path: string): JsonObject {
  if (isObject(value)) return value
  throw invalidRequest(`'${path}' must be an object`, path)
}

export function listAt(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw invalidRequest(`'${path}' must be a list`, path)
}

export function textAt(value: unknown, path: string): string {
  if (typeof value === 'string') return value
  throw invalidRequest(`'${path}' must be a string`, path)
}

/** A name or id that must not be empty. */
export function nameAt(value: unknown, path: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw invalidRequest(`'${path}' is required and must be a non-empty string`, path)
}

/** Missing and null mean the same in all formats: not said. */
export function isUnset(value: unknown): value is undefined | null {
  return value === undefined || value === null
}

export function optionalText(value: unknown, path: string): string | undefined {
  return isUnset(value) ? undefined : textAt(value, path)
}

export function optionalObject(value: unknown, path: string): JsonObject | undefined {
  return isUnset(value) ? undefined : objectAt(value, path)
}

export function optionalList(value: unknown, path: string): readonly unknown[] {
  return isUnset(value) ? [] : listAt(value, path)
}

export function optionalBoolean(value: unknown, path: string): boolean | undefined {
  if (isUnset(value)) return undefined
  if (typeof value === 'boolean') return value
  throw invalidRequest(`'${path}' must be true or false`, path)
}

export function optionalNumber(value: unknown, path: string): number | undefined {
  if (isUnset(value)) return undefined
  if (typeof value === 'number') return value
  throw invalidRequest(`'${path}' must be a number`, path)
}

export function optionalCount(value: unknown, path: string): number | undefined {
  const count = optionalNumber(value, path)
  if (count === undefined || (Number.isSafeInteger(count) && count >= 0)) return count
  throw invalidRequest(`'${path}' must be a whole number, not negative`, path)
}

/** One of `allowed`; another word is refused with the list. */
export function choiceAt<const T extends string>(
  value: unknown,
  allowed: readonly T[],
  path: string,
): T {
  const found = allowed.find((word) => word === value)
  if (found !== undefined) return found
  throw invalidRequest(`'${path}' must be one of ${allowed.join(', ')}`, path)
}

/** The set fields whose names are not in `known`. */
export function leftovers(body: JsonObject, known: ReadonlySet<string>): JsonObject {
  const rest: Record<string, unknown> = {}
  for (const name in body) if (!known.has(name) && !isUnset(body[name])) rest[name] = body[name]
  return rest
}

/** An upstream's or a client's number of tokens; 0 for what is none. */
export function tokensOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0
}

/** The JSON that a text holds, or undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A call's arguments for wires that take an object. Models echo broken JSON: it is kept as `_raw`. */
export function argsObject(args: string): JsonObject {
  if (args.trim() === '') return {}
  const value = parseJson(args)
  return isObject(value) ? value : { _raw: args }
}

/** Empty for a text that is no JSON object. */
export function parsedObject(data: string): JsonObject {
  const value = parseJson(data)
  return isObject(value) ? value : {}
}

export function textIn(object: JsonObject, name: string): string | null {
  const value = object[name]
  return typeof value === 'string' ? value : null
}
