/** JSON Schema, made simpler without changing what it means, for vendors that take a part of it only. */
import { isObject } from '../neutral/fields.ts'
import type { JsonObject } from '../neutral/neutral.ts'

export type Schema = Record<string, unknown>

/** Members whose values are schemas by name, lists of schemas, or one schema. */
export const SCHEMA_MAPS = ['properties', 'patternProperties', 'dependentSchemas']
export const SCHEMA_LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems']
export const SCHEMA_VALUES = [
  'items',
  'additionalProperties',
  'not',
  'contains',
  'propertyNames',
  'if',
  'then',
  'else',
]
/** Notes to authors and addresses: no vendor reads them, some refuse them. */
const REMOVED = new Set([
  '$schema',
  '$id',
  '$comment',
  '$anchor',
  '$defs',
  'definitions',
  '$vocabulary',
])

/**
 * The schema without `$ref` (inlined; a cycle is cut to an object of any form), `allOf` (merged), `const`
 * (a one-value `enum`), lists of types (`anyOf`), and keywords that say nothing about the value.
 */
export function simplified(schema: JsonObject): Schema {
  return simplify(schema, { root: schema, open: [] })
}

/**
 * Whether a value of this form may hold another of the same form: `simplified` cuts that. Each part is visited once, so
 * this is safe to ask before the size of what is inlined is known.
 */
export function isRecursive(root: JsonObject): boolean {
  const states = new Map<JsonObject, 'open' | 'done'>()
  const path = [root]
  for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
    if (states.has(at)) {
      states.set(at, 'done')
      path.pop()
      continue
    }
    states.set(at, 'open')
    const target = typeof at.$ref === 'string' ? resolve(at.$ref, root) : undefined
    for (const part of target === undefined ? innerSchemas(at) : [...innerSchemas(at), target]) {
      if (states.get(part) === 'open') return true
      if (!states.has(part)) path.push(part)
    }
  }
  return false
}

/** The schemas directly within a schema, except definitions. */
export function innerSchemas(schema: JsonObject): JsonObject[] {
  return Object.entries(schema).flatMap(([key, value]) => {
    if (SCHEMA_MAPS.includes(key) && isObject(value)) return Object.values(value).filter(isObject)
    if (SCHEMA_LISTS.includes(key) && Array.isArray(value)) return value.filter(isObject)
    return SCHEMA_VALUES.includes(key) && isObject(value) ? [value] : []
  })
}

interface Place {
  root: JsonObject
  /** The references that are being inlined, outermost first. */
  open: readonly string[]
}

function simplify(schema: JsonObject, place: Place): Schema {
  const { $ref } = schema
  if (typeof $ref === 'string') return inlined($ref, schema, place)
  let result: Schema = {}
  for (const key in schema) {
    if (!REMOVED.has(key)) result[key] = simplifyMember(key, schema[key], place)
  }
  if (Array.isArray(result.allOf)) result = mergeAll(result)
  if (Object.hasOwn(result, 'const')) {
    result.enum = [result.const]
    delete result.const
  }
  return Array.isArray(result.type) ? splitTypes(result, result.type) : result
}

function simplifyMember(key: string, value: unknown, place: Place): unknown {
  if (SCHEMA_MAPS.includes(key) && isObject(value))
    return mapSchemas(value, (one) => simplify(one, place))
  if (SCHEMA_LISTS.includes(key) && Array.isArray(value))
    return value.map((one) => (isObject(one) ? simplify(one, place) : one))
  return SCHEMA_VALUES.includes(key) && isObject(value) ? simplify(value, place) : value
}

export function mapSchemas(schemas: JsonObject, change: (schema: JsonObject) => unknown): Schema {
  const result: Schema = {}
  for (const name in schemas) {
    const schema = schemas[name]
    result[name] = isObject(schema) ? change(schema) : schema
  }
  return result
}

function inlined(ref: string, schema: JsonObject, place: Place): Schema {
  const { root, open } = place
  const { $ref: _, ...keywords } = schema
  const siblings = simplify(keywords, place)
  const target = open.includes(ref) ? undefined : resolve(ref, root)
  if (target === undefined) return { type: 'object', ...siblings }
  return mergedSchema([siblings, simplify(target, { root, open: [...open, ref] })])
}

/** Paths in schemas are short; a long one would be divided again for each reference. */
const MAX_REF = 1_000

/** A local JSON pointer; nothing is fetched. */
export function resolve(ref: string, root: JsonObject): JsonObject | undefined {
  if (ref === '#') return root
  if (!ref.startsWith('#/') || ref.length > MAX_REF) return undefined
  let at: unknown = root
  for (const step of ref.slice(2).split('/')) {
    const name = decodeStep(step)
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined
    at = (at as Schema)[name]
  }
  return isObject(at) ? at : undefined
}

/** RFC 6901: `~1` is a slash, `~0` a tilde; in a fragment, percent-encoded. */
function decodeStep(step: string): string {
  const plain = step.includes('%') ? safelyDecoded(step) : step
  return plain.replaceAll('~1', '/').replaceAll('~0', '~')
}

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function mergeAll({ allOf, ...outer }: Schema): Schema {
  const parts = (allOf as unknown[]).filter(isObject)
  return mergedSchema([outer, ...parts])
}

/** What all of them ask for; where they differ the first wins. Its time grows with their size alone. */
export function mergedSchema(schemas: readonly JsonObject[]): Schema {
  const merged: Schema = {}
  const properties: Schema = {}
  const required = new Set<unknown>()
  for (const schema of schemas) {
    addMissing(merged, schema)
    if (isObject(schema.properties)) addMissing(properties, schema.properties)
    if (Array.isArray(schema.required)) for (const name of schema.required) required.add(name)
  }
  if (isObject(merged.properties)) merged.properties = properties
  if (Array.isArray(merged.required)) merged.required = [...required]
  return merged
}

function addMissing(to: Schema, from: JsonObject): void {
  for (const key in from) if (!Object.hasOwn(to, key)) to[key] = from[key]
}

function splitTypes({ type: _, ...rest }: Schema, list: readonly unknown[]): Schema {
  const types = [...new Set(list)]
  if (types.length === 1) return { ...rest, type: types[0] }
  const { description, title, default: standard, ...each } = rest
  const outer: Schema = {}
  if (title !== undefined) outer.title = title
  if (description !== undefined) outer.description = description
  if (standard !== undefined) outer.default = standard
  return { ...outer, anyOf: types.map((type) => ({ type, ...forType(each, type) })) }
}

/** How often a member is written once `simplified` has made alternatives of a list of types. */
export function copiesOf(key: string, { type }: JsonObject): number {
  if (!Array.isArray(type) || IN_PLACE.has(key) || ownerOf(key) !== undefined) return 1
  return new Set(type).size
}

/** With a list of types, the outer schema keeps these, or each alternative gets a part of them. */
const IN_PLACE = new Set(['type', 'description', 'title', 'default', 'enum', '$ref'])

function ownerOf(key: string): string | undefined {
  return Object.keys(TYPE_WORDS).find((name) => TYPE_WORDS[name]?.includes(key))
}

/** Keywords that speak of one type only. */
const TYPE_WORDS: Readonly<Record<string, readonly string[]>> = {
  object: [
    'properties',
    'required',
    'additionalProperties',
    'patternProperties',
    'minProperties',
    'maxProperties',
  ],
  array: ['items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems', 'contains'],
  string: ['minLength', 'maxLength', 'pattern', 'format'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
}

function forType(each: Schema, type: unknown): Schema {
  const own = type === 'integer' ? 'number' : String(type)
  const result: Schema = {}
  for (const key in each) {
    if (key === 'enum') {
      const values = (each.enum as unknown[]).filter((value) => typeName(value) === own)
      if (values.length > 0) result.enum = values
      continue
    }
    const owner = ownerOf(key)
    if (owner === undefined || owner === own) result[key] = each[key]
  }
  return result
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
