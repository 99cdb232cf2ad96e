/** What an operator's model changes in a request before it is sent on. */
import type { ModelParameters } from '../core/entities.ts'

type Body = Readonly<Record<string, unknown>>

/** Where the format of a request has a parameter; null: nowhere. */
export interface ParameterFields {
  /** Fields from the outside in, in each spelling that the format takes, the usual one first. */
  paths: readonly (readonly string[])[]
  /** The same parameter under another name, which a request may use in its place. */
  twins: readonly (readonly string[])[]
  /** One value is written as a list. */
  isList: boolean
  /** A part of a larger value: a bound does not make the rest up. */
  isPart?: boolean
}
export type PlaceOf = (name: string) => ParameterFields | null

/**
 * A parameter that is set under its name and this sign is a bound: a request that asks for more, or says nothing,
 * gets it; written as `max_tokens<=4000`.
 */
const AT_MOST = '<'

/** Null if nothing changes, so that the client's bytes can be sent as they came. */
export function withParameters(
  body: Body,
  parameters: ModelParameters,
  placeOf: PlaceOf = placeAtTop,
): Body | null {
  if (isEmpty(parameters)) return null
  let changed = body
  for (const name of parameters.drop)
    for (const path of placeOf(name)?.paths ?? []) changed = without(changed, path)
  for (const name in parameters.default)
    changed = withValue(changed, placeOf(name), parameters.default[name], () => isUnset)
  for (const name in parameters.set) {
    const isBound = name.endsWith(AT_MOST)
    const place = placeOf(isBound ? name.slice(0, -AT_MOST.length) : name)
    if (isBound && place?.isPart === true && !hasWhole(changed, place)) continue
    const value = parameters.set[name]
    changed = withValue(changed, place, value, isBound ? isNotWithin : isNot)
  }
  return changed === body ? null : changed
}

/** Asked for every request, so it creates no object. */
function isEmpty({ default: added, set, drop }: ModelParameters): boolean {
  for (const _ in added) return false
  for (const _ in set) return false
  return drop.length === 0
}

function placeAtTop(name: string): ParameterFields {
  return { paths: [[name]], twins: [], isList: false }
}

type IsReplaced = (value: unknown) => boolean

const isUnset: IsReplaced = (present) => present === undefined || present === null

function isNot(value: unknown): IsReplaced {
  const wanted = JSON.stringify(value)
  return (present) => JSON.stringify(present) !== wanted
}

function isNotWithin(bound: unknown): IsReplaced {
  return (present) => typeof present !== 'number' || present > Number(bound)
}

/** The value is put wherever the request has the parameter, and once if it has it nowhere. */
function withValue(
  body: Body,
  place: ParameterFields | null,
  value: unknown,
  replaces: (value: unknown) => IsReplaced,
): Body {
  if (place === null) return body
  const { paths, twins, isList } = place
  const present = [...paths, ...twins].filter((path) => !isUnset(valueAt(body, path)))
  const isReplaced = replaces(isList && !Array.isArray(value) ? [value] : value)
  let changed = body
  for (const path of present.length > 0 ? present : nearest(body, paths))
    if (isReplaced(valueAt(changed, path)))
      changed = written(changed, path, isList && !Array.isArray(value) ? [value] : value)
  return changed
}

/** The path with the most fields in the request, which is the spelling it already uses. */
function nearest(body: Body, paths: ParameterFields['paths']): ParameterFields['paths'] {
  const depthOf = (path: readonly string[]) => {
    const missing = path.findIndex((_, at) => isUnset(valueAt(body, path.slice(0, at + 1))))
    return missing < 0 ? path.length : missing
  }
  const deepest = Math.max(...paths.map(depthOf))
  return paths.filter((path) => depthOf(path) === deepest).slice(0, 1)
}

function valueAt(body: unknown, path: readonly string[]): unknown {
  let found: unknown = body
  for (const field of path)
    found = isObject(found) && Object.hasOwn(found, field) ? found[field] : undefined
  return found
}

/** A copy with the value in it. A value in the way that is not an object stays, for the upstream to refuse. */
function written(body: Body, [field = '', ...rest]: readonly string[], value: unknown): Body {
  if (rest.length === 0) return { ...body, [field]: value }
  const inner = Object.hasOwn(body, field) ? body[field] : undefined
  if (!isUnset(inner) && !isObject(inner)) return body
  return { ...body, [field]: written(isObject(inner) ? inner : {}, rest, value) }
}

function without(body: Body, [field = '', ...rest]: readonly string[]): Body {
  if (!Object.hasOwn(body, field)) return body
  if (rest.length === 0) {
    const { [field]: _, ...others } = body
    return others
  }
  const inner = body[field]
  if (!isObject(inner)) return body
  const left = without(inner, rest)
  return left === inner ? body : { ...body, [field]: left }
}

/** What the parameter is a part of is there. */
function hasWhole(body: Body, { paths }: ParameterFields): boolean {
  return paths.some((path) => isObject(valueAt(body, path.slice(0, -1))))
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
