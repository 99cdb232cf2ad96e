/** Google's `Schema` (an OpenAPI subset with types in capitals) as JSON Schema. */
import { isObject } from '../../neutral/fields.ts'
import type { JsonObject } from '../../neutral/neutral.ts'

/** By the number of the enum, which some clients send. */
const TYPES = [null, 'string', 'number', 'integer', 'boolean', 'array', 'object', 'null'] as const

/** These are 64-bit numbers, which Google's JSON writes as strings. */
const COUNTS: ReadonlySet<string> = new Set([
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
])

export function jsonSchemaOf(schema: JsonObject): JsonObject {
  const result: Record<string, unknown> = {}
  for (const name in schema) {
    const value = schema[name]
    if (name === 'nullable' || name === 'propertyOrdering') continue
    if (name === 'type') Object.assign(result, typeOf(value, schema.nullable === true))
    else if (name === 'items') result.items = isObject(value) ? jsonSchemaOf(value) : value
    else if (name === 'anyOf' && Array.isArray(value))
      result.anyOf = value.map((each) => (isObject(each) ? jsonSchemaOf(each) : each))
    else if (name === 'properties' && isObject(value)) result.properties = propertiesOf(value)
    else result[name] = COUNTS.has(name) ? Number(value) : value
  }
  return result
}

function propertiesOf(properties: JsonObject): JsonObject {
  const result: Record<string, unknown> = {}
  for (const name in properties) {
    const property = properties[name]
    result[name] = isObject(property) ? jsonSchemaOf(property) : property
  }
  return result
}

function typeOf(type: unknown, nullable: boolean): { type?: unknown } {
  const name = typeof type === 'number' ? TYPES[type] : String(type).toLowerCase()
  if (name === null || name === undefined || name === 'type_unspecified') return {}
  return { type: nullable ? [name, 'null'] : name }
}
