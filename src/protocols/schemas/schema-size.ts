/**
 * Bounds what a request's schemas stand for: 30 lines with references, or with lists of types within one another, may
 * stand for a thousand million parts, and one long list may be referred to a thousand times. Only what the wire expands
 * counts: everything where schemas are inlined, otherwise the top of each. Nothing is expanded before this has passed.
 */
import { type GatewayError, invalidRequest } from '../../core/errors.ts'
import { isObject } from '../neutral/fields.ts'
import type { JsonObject, NeutralRequest, WireName } from '../neutral/neutral.ts'
import { objectSchema, type Spend } from './object-schema.ts'
import {
  copiesOf,
  isRecursive,
  resolve,
  SCHEMA_LISTS,
  SCHEMA_MAPS,
  SCHEMA_VALUES,
} from './schema.ts'

/** Of all schemas of a request together. */
const MAX_PARTS = 100_000
/** In characters of JSON, without what is there once. */
const MAX_REPEATED = 8 * 1024 * 1024
/** References within references. */
const MAX_DEPTH = 100
/** To put the tops of all schemas of a request together: each takes less than a microsecond. */
const MAX_STEPS = 300_000

interface Size {
  parts: number
  repeated: number
  steps: number
  /** Of lists and objects that are no schemas, in characters of JSON. */
  readonly lengths: Map<object, number>
  readonly field: string
}

interface Place {
  root: JsonObject
  /** The references that are being followed, outermost first: a cycle is followed once. */
  open: readonly string[]
  /** How often the schema is written, because of lists of types around it. */
  times: number
}

/** Throws `invalid_request`. */
export function boundSchemas(
  { tools, output, names, dialect }: NeutralRequest,
  wire: WireName,
): void {
  const size: Size = { parts: 0, repeated: 0, steps: 0, lengths: new Map(), field: names.tools }
  const isInlined = (schema: JsonObject, strict: boolean) =>
    INLINED[wire] === 'all' ||
    (INLINED[wire] === 'strict' && strict && dialect !== 'messages' && !isRecursive(schema))
  for (const tool of tools) {
    if (tool.type !== 'function' || tool.schema === null) continue
    const top = objectSchema(tool.schema, spendOf(size))
    if (isInlined(top, tool.strict === true)) measure(top, placeAt(top), size)
  }
  if (output.type !== 'schema') return
  const { schema } = output
  const outputSize = { ...size, field: names.output }
  objectSchema(schema, spendOf(outputSize))
  if (isInlined(schema, true)) measure(schema, placeAt(schema), outputSize)
}

/** Where references are replaced by what they name; `strict`: only if the model is held to a schema that does not contain itself. */
const INLINED: Readonly<Record<WireName, 'all' | 'strict' | 'none'>> = {
  chat: 'none',
  responses: 'none',
  messages: 'strict',
  gemini: 'all',
  converse: 'strict',
}

function spendOf(size: Size): Spend {
  return (steps) => {
    size.steps += steps
    if (size.steps > MAX_STEPS) throw tooLarge(`${MAX_STEPS} parts`, size)
  }
}

function placeAt(root: JsonObject): Place {
  return { root, open: [], times: 1 }
}

function measure(schema: JsonObject, place: Place, size: Size): void {
  size.parts += place.times
  if (size.parts > MAX_PARTS) throw tooLarge(`${MAX_PARTS} parts`, size)
  const { $ref } = schema
  if (typeof $ref === 'string') follow($ref, place, size)
  for (const key in schema) {
    const copies = copiesOf(key, schema)
    const inner = copies === 1 ? place : { ...place, times: place.times * copies }
    measureMember(key, schema[key], inner, size)
  }
}

function follow(ref: string, place: Place, size: Size): void {
  const { root, open } = place
  if (open.includes(ref)) return
  if (open.length >= MAX_DEPTH) throw tooLarge(`${MAX_DEPTH} levels of references`, size)
  const target = resolve(ref, root)
  if (target !== undefined) measure(target, { ...place, open: [...open, ref] }, size)
}

function measureMember(key: string, value: unknown, place: Place, size: Size): void {
  if (SCHEMA_MAPS.includes(key) && isObject(value)) measureAll(Object.values(value), place, size)
  else if (SCHEMA_LISTS.includes(key) && Array.isArray(value)) measureAll(value, place, size)
  else if (SCHEMA_VALUES.includes(key) && isObject(value)) measure(value, place, size)
  else if (place.open.length > 0 || place.times > 1) {
    size.repeated += lengthOf(value, size) * place.times
    if (size.repeated > MAX_REPEATED) throw tooLarge(`${MAX_REPEATED} characters`, size)
  }
}

function measureAll(schemas: readonly unknown[], place: Place, size: Size): void {
  for (const schema of schemas) if (isObject(schema)) measure(schema, place, size)
}

function lengthOf(value: unknown, { lengths }: Size): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 0
  const known = lengths.get(value)
  if (known !== undefined) return known
  const { length } = JSON.stringify(value)
  lengths.set(value, length)
  return length
}

function tooLarge(most: string, { field }: Size): GatewayError {
  return invalidRequest(
    `the schemas have more than ${most} once their '$ref's are resolved and their lists of types divided; send less`,
    field,
  )
}
