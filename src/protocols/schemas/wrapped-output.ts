/**
 * An output that is no object, such as a list. Where only objects are taken it is asked for as the one member of an
 * object, and taken out of it again.
 */
import { isObject, parseJson } from '../neutral/fields.ts'
import type { JsonObject, Output } from '../neutral/neutral.ts'
import { simplified } from './schema.ts'

type SchemaOutput = Extract<Output, { type: 'schema' }>

/** Null: it is an object already. Definitions stay at the top, where references look for them. */
export function wrappedOutput(output: SchemaOutput): SchemaOutput | null {
  if (isObjectAtTop(simplified(output.schema))) return null
  const { $defs, definitions, ...value } = output.schema
  const schema = {
    type: 'object',
    properties: { value },
    required: ['value'],
    additionalProperties: false,
    ...($defs !== undefined && { $defs }),
    ...(definitions !== undefined && { definitions }),
  }
  return { ...output, schema }
}

function isObjectAtTop({
  type,
  properties,
  anyOf,
  oneOf,
  items,
  enum: values,
}: JsonObject): boolean {
  if (type === 'object' || isObject(properties)) return true
  const alternatives = anyOf ?? oneOf
  return (
    type === undefined && alternatives === undefined && items === undefined && values === undefined
  )
}

const BEGINNING = /^\s*\{\s*"value"\s*:\s*/

/** The JSON of the member. What is cut or not as asked for is left as it is, but for the object's beginning. */
export function unwrapped(text: string): string {
  const whole = parseJson(text)
  if (isObject(whole) && 'value' in whole) return JSON.stringify(whole.value)
  return text.replace(BEGINNING, '')
}
