/** OpenAI's own description of its API, read from outside the project: it is not ours to distribute. */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

export interface Schema {
  $ref?: string
  type?: string | string[]
  format?: string
  enum?: unknown[]
  const?: unknown
  allOf?: Schema[]
  oneOf?: Schema[]
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  minItems?: number
  minLength?: number
  minimum?: number
  maximum?: number
  deprecated?: boolean
}

interface Parameter {
  $ref?: string
  name: string
  in: string
  required?: boolean
  schema?: Schema
}

interface RawOperation {
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema?: Schema }> }
}

export interface Operation {
  /** `GET /files/{file_id}` */
  name: string
  path: string
  query: readonly Parameter[]
  /** Null if it takes none. A form is preferred, since that is what the clients send. */
  body: { isForm: boolean; schema: Schema } | null
}

export interface Specification {
  file: string
  /** The operation that serves a call; null if the description has none. Literal segments before parameters. */
  operation(method: string, path: string): Operation | null
  resolved<T extends { $ref?: string }>(value: T): T
}

const PROJECT = resolve(import.meta.dir, '../../..')
const FILE = resolve(PROJECT, process.env.SPECS_DIR ?? '../shared/specs', 'openai.yaml')

/** Null if it is not on this machine, which is an error with REQUIRE_RECORDINGS=1. */
export function readSpecification(): Specification | null {
  if (existsSync(FILE)) return specificationIn(FILE)
  if (process.env.REQUIRE_RECORDINGS === '1') throw new Error(`there is no ${FILE}`)
  console.log(`conformance: ran without the calls of the openai SDK, ${FILE} is not there`)
  return null
}

function specificationIn(file: string): Specification {
  const root = Bun.YAML.parse(readFileSync(file, 'utf8')) as {
    paths: Record<string, Record<string, RawOperation>>
  }
  const paths = Object.keys(root.paths).sort(
    (one, other) => one.split('{').length - other.split('{').length,
  )
  const resolved = <T extends { $ref?: string }>(value: T): T => {
    if (value.$ref === undefined) return value
    const steps = value.$ref.slice('#/'.length).split('/')
    return resolved(steps.reduce<unknown>((at, step) => (at as never)[step], root) as T)
  }
  return {
    file,
    resolved,
    operation(method, path) {
      const found = paths.find((one) => fits(one, path) && root.paths[one]?.[method.toLowerCase()])
      const raw = found === undefined ? undefined : root.paths[found]?.[method.toLowerCase()]
      if (found === undefined || raw === undefined) return null
      const parameters = (raw.parameters ?? []).map(resolved)
      const query = parameters.filter((parameter) => parameter.in === 'query')
      return { name: `${method} ${found}`, path: found, query, body: bodyOf(raw) }
    },
  }
}

function fits(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  return (
    wanted.length === given.length &&
    wanted.every((step, at) => step === given[at] || (step.startsWith('{') && given[at] !== ''))
  )
}

function bodyOf({ requestBody }: RawOperation): Operation['body'] {
  const content = requestBody?.content ?? {}
  for (const type of ['multipart/form-data', 'application/json']) {
    const schema = content[type]?.schema
    if (schema !== undefined) return { isForm: type.startsWith('multipart'), schema }
  }
  return null
}
