/**
 * `bun web/scripts/api-types.ts OPENAPI.json`: writes src/api/schema.ts, the types of the admin API in the form that
 * openapi-fetch reads. It covers the part of JSON Schema that the document uses and refuses the rest.
 */
import { readFileSync, writeFileSync } from 'node:fs'

interface Schema {
  $ref?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  type?: string | string[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
}
interface Parameter {
  $ref?: string
  in: 'path' | 'query' | 'header' | 'cookie'
  name: string
  required?: boolean
  schema: Schema
}
type Content = Record<string, { schema?: Schema }>
interface Operation {
  summary?: string
  parameters?: Parameter[]
  requestBody?: { required?: boolean; content: Content }
  responses: Record<string, { content?: Content }>
}
interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema>; parameters?: Record<string, Parameter> }
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch']
const PRIMITIVES: Record<string, string> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
}

/** The type of a schema as TypeScript. */
function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return `components['schemas']['${schema.$ref.split('/').at(-1)}']`
  if ('const' in schema) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return unique(choices.map(typeOf)).join(' | ')
  if (schema.allOf !== undefined) return intersectionOf(schema.allOf)
  if (Array.isArray(schema.type))
    return unique(schema.type.map((type) => typeOf({ ...schema, type }))).join(' | ')
  if (schema.type === 'array') return `(${typeOf(schema.items ?? {})})[]`
  if (schema.type === 'object') return objectType(schema)
  if (schema.type === undefined) return 'unknown'
  const primitive = PRIMITIVES[schema.type]
  if (primitive === undefined) throw new Error(`unknown type: ${JSON.stringify(schema)}`)
  return primitive
}

/** `allOf` with a bare `type: [object, null]` is how a nullable reference is written. */
function intersectionOf(parts: Schema[]): string {
  const nullable = parts.find(
    ({ type, properties }) => Array.isArray(type) && type.includes('null') && !properties,
  )
  const others = parts.filter((each) => each !== nullable).map((each) => `(${typeOf(each)})`)
  return nullable ? `(${others.join(' & ')}) | null` : others.join(' & ')
}

function objectType({ properties, required = [], additionalProperties }: Schema): string {
  if (properties === undefined) {
    const values =
      typeof additionalProperties === 'object' ? typeOf(additionalProperties) : 'unknown'
    return `Record<string, ${values}>`
  }
  const lines = Object.entries(properties).map(
    ([name, schema]) =>
      `${JSON.stringify(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema)}`,
  )
  return `{ ${lines.join('; ')} }`
}

function unique(parts: string[]): string[] {
  return [...new Set(parts)]
}

function contentType(content: Content | undefined): string {
  if (content === undefined) return 'never'
  const entries = Object.entries(content).map(
    ([media, { schema }]) => `${JSON.stringify(media)}: ${typeOf(schema ?? {})}`,
  )
  return `{ ${entries.join('; ')} }`
}

function operationType(operation: Operation, resolve: (parameter: Parameter) => Parameter): string {
  const given = (operation.parameters ?? []).map(resolve)
  const places = (['query', 'header', 'path', 'cookie'] as const).map((place) => {
    const here = given.filter((each) => each.in === place)
    if (here.length === 0) return `${place}?: never`
    const optional = here.every(({ required }) => required !== true) ? '?' : ''
    const fields = here.map(
      ({ name, required, schema }) =>
        `${JSON.stringify(name)}${required === true ? '' : '?'}: ${typeOf(schema)}`,
    )
    return `${place}${optional}: { ${fields.join('; ')} }`
  })
  const body = operation.requestBody
  const optional = body?.required === false ? '?' : ''
  const requestBody = body
    ? `requestBody${optional}: { content: ${contentType(body.content)} }`
    : 'requestBody?: never'
  const responses = Object.entries(operation.responses).map(
    ([status, { content }]) =>
      `${status}: { headers: Record<string, unknown>; content${content ? '' : '?'}: ${contentType(content)} }`,
  )
  return `{ parameters: { ${places.join('; ')} }; ${requestBody}; responses: { ${responses.join('; ')} } }`
}

export function typesOf({ paths, components }: Document): string {
  const resolve = (parameter: Parameter): Parameter => {
    const name = parameter.$ref?.split('/').at(-1)
    const found = name === undefined ? parameter : components.parameters?.[name]
    if (found === undefined) throw new Error(`there is no parameter ${parameter.$ref}`)
    return found
  }
  const lines = [
    '/** Made from the OpenAPI document by web/scripts/api-types.ts. Do not edit. */',
    'export interface paths {',
  ]
  for (const [path, operations] of Object.entries(paths)) {
    lines.push(`${JSON.stringify(path)}: { parameters: Record<string, never>`)
    for (const method of METHODS) {
      const operation = operations[method]
      if (operation === undefined) lines.push(`${method}?: never`)
      else {
        if (operation.summary) lines.push(`/** ${operation.summary.replaceAll('*/', '')} */`)
        lines.push(`${method}: ${operationType(operation, resolve)}`)
      }
    }
    lines.push('}')
  }
  lines.push('}', 'export interface components { schemas: {')
  for (const [name, schema] of Object.entries(components.schemas))
    lines.push(`${name}: ${typeOf(schema)}`)
  lines.push('} }', '')
  return lines.join('\n')
}

if (import.meta.main) {
  const [source] = process.argv.slice(2)
  if (source === undefined) throw new Error('usage: bun web/scripts/api-types.ts OPENAPI.json')
  const target = new URL('../src/api/schema.ts', import.meta.url)
  writeFileSync(target, typesOf(JSON.parse(readFileSync(source, 'utf8'))))
}
