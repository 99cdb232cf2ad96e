/** Arguments for a call, made from the description of the API: the smallest that is valid, or one with every field. */
import type { Operation, Schema, Specification } from './specification.ts'

export type Extent = 'required' | 'all'

/** What both clients make a file of. */
export const FILE_TEXT = 'Example data'
export const isFile = (value: unknown): value is { $file: string } =>
  typeof value === 'object' && value !== null && '$file' in value

/** Optional fields of nested objects end here; descriptions refer to themselves. */
const MAX_DEPTH = 6
/** Of a call that streams, the answer is another one: it has a test of its own. */
const CHANGES_THE_ANSWER = new Set(['stream', 'stream_format', 'background', 'stream_options'])

export type Arguments = Record<string, unknown>

/** The body's fields and the query's parameters, by name; a file is `{$file: its name}`. */
export function argumentsOf(
  specification: Specification,
  { query, body }: Operation,
  extent: Extent,
): Arguments {
  const found: Arguments = {}
  for (const { name, required, schema } of query)
    if (required === true || extent === 'all')
      found[name.replace('[]', '')] = exampleOf(specification, schema ?? {}, { extent, depth: 1 })
  if (body === null) return found
  const value = exampleOf(specification, body.schema, { extent, depth: 0 })
  return { ...found, ...(value as Arguments) }
}

interface Place {
  extent: Extent
  depth: number
}

function exampleOf(specification: Specification, given: Schema, place: Place): unknown {
  const schema = merged(specification, given)
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum.find((value) => value !== null)
  const [branch] = branchesOf(specification, schema)
  if (branch !== undefined && schema.properties === undefined)
    return exampleOf(specification, branch, place)
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== 'null') : schema.type
  switch (type) {
    case 'array':
      return arrayOf(specification, schema, place)
    case 'string':
      return textOf(schema)
    case 'integer':
    case 'number':
      return Math.min(Math.max(1, schema.minimum ?? 1), schema.maximum ?? Number.MAX_VALUE)
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return objectOf(specification, schema, place)
  }
}

/** References followed, and what `allOf` puts together as one schema. */
function merged(specification: Specification, given: Schema): Schema {
  const { allOf, ...own } = specification.resolved(given)
  const parts = (allOf ?? []).map((part) => merged(specification, part))
  if (parts.length === 0) return own
  const all = [own, ...parts]
  const properties = Object.assign({}, ...all.map((part) => part.properties))
  const required = all.flatMap((part) => part.required ?? [])
  const hasProperties = Object.keys(properties).length > 0
  return Object.assign({}, ...all, { required }, hasProperties && { properties })
}

/** The alternatives but null; a file before the id of one, which not every client takes. */
function branchesOf(specification: Specification, { oneOf, anyOf }: Schema): Schema[] {
  const all = [...(oneOf ?? []), ...(anyOf ?? [])].map((one) => merged(specification, one))
  const isFileOf = ({ format }: Schema) => format === 'binary'
  const branches = all.filter(({ type }) => type !== 'null')
  return [...branches.filter(isFileOf), ...branches.filter((one) => !isFileOf(one))]
}

function arrayOf(specification: Specification, schema: Schema, place: Place): unknown[] {
  const length = Math.max(1, schema.minItems ?? 1)
  const item = exampleOf(specification, schema.items ?? {}, { ...place, depth: place.depth + 1 })
  return Array.from({ length }, () => item)
}

function textOf({ format, minLength = 0 }: Schema): unknown {
  if (format === 'binary') return { $file: 'example.jsonl' }
  if (format === 'uri') return 'https://example.com/a'
  return 'example'.padEnd(minLength, 'x')
}

function objectOf(specification: Specification, schema: Schema, place: Place): Arguments {
  const { required = [], properties = {} } = schema
  const isWanted = (name: string) =>
    required.includes(name) ||
    (place.extent === 'all' && place.depth < MAX_DEPTH && !CHANGES_THE_ANSWER.has(name))
  const wanted = Object.entries(properties).filter(([name]) => isWanted(name))
  const deeper = { ...place, depth: place.depth + 1 }
  return Object.fromEntries(
    wanted.map(([name, property]) => [name, exampleOf(specification, property, deeper)]),
  )
}
