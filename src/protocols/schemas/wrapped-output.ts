/**
 * An output that is no object, such as a list. Where only objects are taken it is asked for as the one member of an
 * object, and taken out of it again.
 */
import { isObject, parseJson } from '../neutral/fields.ts'
import type { JsonObject, Output } from '../neutral/neutral.ts'
import { present } from '../neutral/present.ts'
import { topOf } from './object-schema.ts'
import { SCHEMA_LISTS, SCHEMA_MAPS, SCHEMA_VALUES, type Schema } from './schema.ts'

type SchemaOutput = Extract<Output, { type: 'schema' }>

/** Null: it is an object already. Definitions stay at the top, where references look for them. */
export function wrappedOutput(output: SchemaOutput): SchemaOutput | null {
  if (isObjectAtTop(topOf(output.schema))) return null
  const { $schema, $id, $defs, definitions, ...value } = moved(output.schema)
  const schema = {
    ...present({ $schema, $id }),
    type: 'object',
    properties: { value },
    required: ['value'],
    additionalProperties: false,
    ...present({ $defs, definitions }),
  }
  return { ...output, schema }
}

function isObjectAtTop(top: JsonObject): boolean {
  const types = [top.type ?? []].flat()
  if (types.length > 0 ? types.every((type) => type === 'object') : isObject(top.properties))
    return true
  return ['type', 'anyOf', 'oneOf', 'items', 'enum', 'const'].every((key) => top[key] === undefined)
}

const MOVED_MAPS = new Set([...SCHEMA_MAPS, '$defs', 'definitions'])
const MOVED_PARTS = new Set([
  ...[...SCHEMA_LISTS, ...SCHEMA_VALUES],
  ...['additionalItems', 'unevaluatedItems', 'unevaluatedProperties'],
])

/** The same schema, with references to itself and its parts that lead to where the envelope has them. */
function moved(schema: JsonObject): Schema {
  const result: Schema = {}
  for (const key in schema) {
    const value = schema[key]
    if (key === '$ref') result.$ref = movedReference(value)
    else if (MOVED_MAPS.has(key) && isObject(value))
      result[key] = Object.fromEntries(
        Object.entries(value).map(([name, each]) => [name, movedPart(each)]),
      )
    else if (MOVED_PARTS.has(key))
      result[key] = Array.isArray(value) ? value.map(movedPart) : movedPart(value)
    else result[key] = value
  }
  return result
}

function movedPart(part: unknown): unknown {
  return isObject(part) ? moved(part) : part
}

const STAYS = /^#\/(\$defs|definitions)\//

function movedReference(ref: unknown): unknown {
  if (typeof ref !== 'string' || STAYS.test(ref)) return ref
  if (ref !== '#' && !ref.startsWith('#/')) return ref
  return `#/properties/value${ref.slice(1)}`
}

const BEGINNING = /^\s*\{\s*"value"\s*:\s*/

/**
 * The JSON of the member as the model wrote it: parsed and written again, large numbers and the order of members would
 * change. What is cut or not as asked for is left as it is, but for the object's beginning.
 */
export function unwrapped(text: string): string {
  const inner = text.replace(BEGINNING, '')
  const whole = parseJson(text)
  if (!isObject(whole) || !Object.hasOwn(whole, 'value')) return inner
  const value = inner.trimEnd().slice(0, -1).trimEnd()
  return inner !== text && parseJson(value) !== undefined ? value : JSON.stringify(whole.value)
}
