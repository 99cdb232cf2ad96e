/** Google's JSON takes each field by its camelCase and by its snake_case name; here it becomes the former. */
import { isObject } from '../../neutral/fields.ts'
import type { JsonObject } from '../../neutral/neutral.ts'

/** Members whose contents are the client's own: their names are not Google's. */
const OPAQUE: ReadonlySet<string> = new Set([
  'args',
  'response',
  'labels',
  'parametersJsonSchema',
  'responseJsonSchema',
  'properties',
])

export function camelCased(body: JsonObject): JsonObject {
  const result: Record<string, unknown> = {}
  for (const name in body) {
    const camel = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    result[camel] = OPAQUE.has(camel) ? body[name] : camelCasedValue(body[name])
  }
  return result
}

function camelCasedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCasedValue)
  return isObject(value) ? camelCased(value) : value
}
