/** Schemas that Claude holds its output to: objects are closed, and none contains itself. */
import { isObject } from '../neutral/fields.ts'
import type { JsonObject } from '../neutral/neutral.ts'
import {
  innerSchemas,
  isRecursive,
  mapSchemas,
  SCHEMA_LISTS,
  SCHEMA_MAPS,
  SCHEMA_VALUES,
  type Schema,
  simplified,
} from '../schemas/schema.ts'

/**
 * Whether `closedSchema` means the same: not of a schema that contains itself, nor of objects whose names are not
 * known beforehand.
 */
export function isClosable(schema: JsonObject): boolean {
  return !isRecursive(schema) && hasKnownNames(simplified(schema))
}

function hasKnownNames(schema: JsonObject): boolean {
  const { additionalProperties: more, patternProperties, properties } = schema
  if (more === true || isObject(more) || patternProperties !== undefined) return false
  if (schema.type === 'object' && properties === undefined && more !== false) return false
  return innerSchemas(schema).every(hasKnownNames)
}

/** Bounds that structured output of Claude does not take; they move to the description. */
const BOUNDS = [
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...[
    'minLength',
    'maxLength',
    'minItems',
    'maxItems',
    'uniqueItems',
    'minProperties',
    'maxProperties',
  ],
]

/** For structured output of Claude: objects are closed, bounds are described to the model in words. */
export function closedSchema(schema: JsonObject): Schema {
  return closed(simplified(schema))
}

function closed(schema: JsonObject): Schema {
  const result: Schema = {}
  const said: string[] = []
  for (const key in schema) {
    const value = schema[key]
    if (BOUNDS.includes(key)) said.push(`${key}: ${JSON.stringify(value)}`)
    else if (SCHEMA_MAPS.includes(key) && isObject(value)) result[key] = mapSchemas(value, closed)
    else if (SCHEMA_LISTS.includes(key) && Array.isArray(value))
      result[key] = value.map((one) => (isObject(one) ? closed(one) : one))
    else if (SCHEMA_VALUES.includes(key) && isObject(value)) result[key] = closed(value)
    else result[key] = value
  }
  if (schema.type === 'object' || isObject(schema.properties)) result.additionalProperties = false
  if (said.length > 0) {
    const words = `{${said.join(', ')}}`
    result.description =
      typeof schema.description === 'string' ? `${schema.description} ${words}` : words
  }
  return result
}
