/**
 * Every property and parameter of every operation of the admin API with values that do not fit it: each reply is an
 * error of the caller or a success, in the gateway's form, and never a failure of the server.
 */
import { describe, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { startMockUpstream } from '../../support/mock/mock-upstream.ts'
import { startPostgres } from '../../support/servers/postgres-server.ts'

interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  minimum?: number
  minLength?: number
  pattern?: string
  format?: string
  default?: unknown
}
interface Operation {
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}
interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

/** These never end, encrypt all keys again, or examine the whole gateway. */
const APART = ['get /events', 'post /encryption/rotate', 'get /doctor']

const ENCRYPTION_KEY = Buffer.from(Array.from({ length: 32 }, (_, at) => at)).toString('hex')

let document: Document

/** What no property of the contract means, whatever its type is. */
const HOSTILE: readonly unknown[] = [
  ...[null, true, -1, 0.5, 1e308, Number.MAX_SAFE_INTEGER + 2],
  ...[
    '',
    ' ',
    '-1',
    'NaN',
    '\0',
    '\ud800',
    '\u202e𝒳é',
    '../../etc',
    '%00%ff',
    "'; drop table users--",
  ],
  ...['x'.repeat(70_000), [], [null], [[]], {}, { __proto__: null, constructor: 1 }, [{ a: [] }]],
]

const schemaOf = (schema: Schema): Schema =>
  schema.$ref === undefined
    ? schema
    : (document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] as Schema)

/** A value that the schema accepts, with all properties. */
function fitting(given: Schema, name = ''): unknown {
  const schema = schemaOf(given)
  if (schema.allOf !== undefined)
    return Object.assign({}, ...schema.allOf.map((part) => fitting(part)))
  const some = schema.anyOf ?? schema.oneOf
  if (some?.[0] !== undefined) return fitting(some[0], name)
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  const type = [schema.type].flat()[0]
  if (type === 'object')
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([key, part]) => [key, fitting(part, key)]),
    )
  if (type === 'array') return schema.items === undefined ? [] : [fitting(schema.items, name)]
  if (type === 'boolean') return false
  if (type === 'integer' || type === 'number') return Math.max(schema.minimum ?? 1, 1)
  return FITTING_TEXTS[name] ?? 'x'.repeat(schema.minLength ?? 1)
}

const FITTING_TEXTS: Record<string, string> = {
  ...{
    from: '2026-11-01T00:00:00Z',
    until: '2026-11-02T00:00:00Z',
    expires_at: '2030-01-01T00:00:00Z',
  },
  ...{
    month: '2026-11',
    status: '429',
    time_zone: 'Asia/Kolkata',
    code: '123456',
    base_url: 'https://a.example/v1',
  },
  ...{
    provider: 'openai',
    password: 'a long pass phrase',
    email: 'a@example.org',
    user: 'admin',
    by: 'user',
  },
}

/** The body with one value replaced, at any depth. */
function* mutated(value: unknown): Generator<unknown> {
  yield* HOSTILE
  if (Array.isArray(value)) for (const part of mutated(value[0])) yield [part]
  else if (typeof value === 'object' && value !== null)
    for (const [key, part] of Object.entries(value)) {
      yield { ...value, [key]: undefined }
      for (const other of mutated(part)) yield { ...value, [key]: other }
    }
  if (typeof value === 'object' && value !== null) yield { ...value, unknown_field: 1 }
}

interface Call {
  method: string
  path: string
  body?: string
}

function* callsOf(path: string, method: string, operation: Operation): Generator<Call> {
  const parameters = operation.parameters ?? []
  const target = (changed: string | null, text: string) => {
    const query = new URLSearchParams()
    let filled = path
    for (const { name, in: place, schema, required } of parameters) {
      const value = name === changed ? text : String(fitting(schema, name))
      if (place === 'path')
        filled = filled.replace(`{${name}}`, encodeURIComponent(wellFormed(value)))
      else if (place === 'query' && (required || name === changed)) query.set(name, value)
    }
    return `${filled}?${query}`
  }
  const [content] = Object.values(operation.requestBody?.content ?? {})
  const body = content === undefined ? undefined : fitting(content.schema)
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  for (const { name, in: place } of parameters)
    if (place !== 'header')
      for (const value of HOSTILE) yield { method, path: target(name, textOf(value)), ...sent }
  if (body === undefined) return
  for (const text of [
    '',
    '{',
    'null',
    '[]',
    '"x"',
    '\ufeff{}',
    '{"a":1}{"a":1}',
    '['.repeat(50_000),
  ])
    yield { method, path: target(null, ''), body: text }
  for (const value of mutated(body))
    yield { method, path: target(null, ''), body: JSON.stringify(value) ?? '' }
}

const wellFormed = (text: string) => text.replace(/[\ud800-\udfff]/g, '')
const textOf = (value: unknown) =>
  (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 5_000)

async function failureOf(gateway: Gateway, { method, path, body }: Call): Promise<string | null> {
  const reply = await fetch(`${gateway.origin}/admin/v1${path}`, {
    method: method.toUpperCase(),
    redirect: 'manual',
    headers: {
      authorization: `Bearer ${gateway.adminKey}`,
      origin: gateway.origin,
      'content-type': 'application/json',
    },
    ...(body !== undefined && { body }),
  })
  const text = await reply.text()
  const shown = `${method} ${path.slice(0, 200)} ${body?.slice(0, 300) ?? ''}: ${reply.status} ${text.slice(0, 300)}`
  if (reply.status >= 500) return shown
  if (reply.status < 400) return null
  const { error } = JSON.parse(text) as { error?: { message?: string; request_id?: string } }
  return error?.message === undefined || error.request_id === undefined ? shown : null
}

/** With an upstream that answers; `env` says where the store is. */
async function withGateway(env: Record<string, string>, use: (gateway: Gateway) => Promise<void>) {
  const upstream = await startMockUpstream()
  const gateway = await startGateway({ upstreams: [{ baseUrl: upstream.url }], env })
  try {
    const reply = await fetch(`${gateway.origin}/admin/v1/openapi.json`)
    document = (await reply.json()) as Document
    await use(gateway)
  } finally {
    await gateway.stop()
    await upstream.close()
  }
}

async function callAll(gateway: Gateway): Promise<void> {
  const failures: string[] = []
  let calls = 0
  for (const [path, operations] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(operations)) {
      if (APART.includes(`${method} ${path}`)) continue
      const all = [...callsOf(path, method, operation)]
      calls += all.length
      for (let at = 0; at < all.length; at += 20)
        failures.push(
          ...(
            await Promise.all(all.slice(at, at + 20).map((call) => failureOf(gateway, call)))
          ).filter((one) => one !== null),
        )
    }
  expect(failures).toEqual([])
  expect(calls).toBeGreaterThan(5_000)
}

describe('no value makes the server fail, and each refusal has the form of an error', () => {
  test('on SQLite', () => withGateway({}, callAll), 180_000)

  // Stricter: it refuses NUL, numbers of more than 64 bits and halves of characters.
  test('on PostgreSQL', async () => {
    const server = await startPostgres()
    try {
      await withGateway({ DATABASE_URL: server.url(), ENCRYPTION_KEY }, callAll)
    } finally {
      await server.close()
    }
  }, 180_000)
})
