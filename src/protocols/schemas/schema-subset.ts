/** Cuts a schema down to the OpenAPI subset of Gemini's `parameters`; `parametersJsonSchema` takes more. */
import { isObject } from '../neutral/fields.ts'
import type { JsonObject } from '../neutral/neutral.ts'
import { simplified } from './schema.ts'

/** https://ai.google.dev/api/caching#Schema */
const KEPT = new Set([
  ...['type', 'format', 'title', 'description', 'nullable', 'enum', 'default', 'example'],
  ...['minItems', 'maxItems', 'items', 'properties', 'required', 'propertyOrdering', 'anyOf'],
  ...['minProperties', 'maxProperties', 'minLength', 'maxLength', 'pattern', 'minimum', 'maximum'],
])

export function openApiSchema(schema: JsonObject): Record<string, unknown> {
  return subset(simplified(schema))
}

function subset(schema: JsonObject): Record<string, unknown> {
  const source =
    schema.oneOf !== undefined && schema.anyOf === undefined
      ? { ...schema, anyOf: schema.oneOf }
      : schema
  const result: Record<string, unknown> = {}
  for (const key in source) if (KEPT.has(key)) result[key] = subsetMember(key, source[key])
  if (Array.isArray(result.anyOf)) liftNull(result)
  if (result.type === 'array' && result.items === undefined) result.items = { type: 'string' }
  if (Array.isArray(result.enum)) result.enum = result.enum.map(String)
  if (result.enum !== undefined && result.type !== 'string') result.type = 'string'
  if (Array.isArray(result.required)) keepRequired(result)
  return result
}

function subsetMember(key: string, value: unknown): unknown {
  if (key === 'items') return isObject(value) ? subset(value) : {}
  if (key === 'anyOf') return Array.isArray(value) ? value.filter(isObject).map(subset) : []
  if (key !== 'properties' || !isObject(value)) return value
  const properties: Record<string, unknown> = {}
  for (const name in value) {
    const property = value[name]
    properties[name] = isObject(property) ? subset(property) : {}
  }
  return properties
}

/** `anyOf` with a null type is `nullable`; one that is left alone needs no `anyOf`. */
function liftNull(result: Record<string, unknown>): void {
  const choices = result.anyOf as JsonObject[]
  const others = choices.filter((choice) => choice.type !== 'null')
  if (others.length < choices.length) result.nullable = true
  if (others.length === 1) {
    delete result.anyOf
    Object.assign(result, { ...others[0], ...result })
  } else result.anyOf = others
}

/** Gemini refuses a required name that is no property. */
function keepRequired(result: Record<string, unknown>): void {
  const { properties } = result
  const kept = (result.required as unknown[]).filter(
    (name) => typeof name === 'string' && isObject(properties) && Object.hasOwn(properties, name),
  )
  if (kept.length > 0) result.required = kept
  else delete result.required
}
