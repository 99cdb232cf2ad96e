/**
 * Every property and parameter of every operation of the admin API with values that do not fit it: each reply is an
 * error of the caller or a success, in the gateway's form, and never a failure of the server.
 */
import { describe, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { startMockUpstream } from '../../support/mock/mock-upstream.ts'
import { startPostgres } from '../../support/servers/postgres-server.ts'
import { type Document, fitting, type Operation } from './contract-values.ts'

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
  /** The parameter or property that does not fit: a refusal names it. */
  changed?: string
}

function* callsOf(
  path: string,
  method: string,
  operation: Operation,
  left: ReadonlySet<string> = new Set(),
): Generator<Call> {
  const parameters = operation.parameters ?? []
  const target = (changed: string | null, text: string) => {
    const query = new URLSearchParams()
    let filled = path
    for (const { name, in: place, schema, required } of parameters) {
      const value = name === changed ? text : String(fitting(document, schema, name))
      if (place === 'path')
        filled = filled.replace(`{${name}}`, encodeURIComponent(wellFormed(value)))
      else if (place === 'query' && (required || name === changed)) query.set(name, value)
    }
    return `${filled}?${query}`
  }
  const [content] = Object.values(operation.requestBody?.content ?? {})
  const whole = content === undefined ? undefined : fitting(document, content.schema)
  const body =
    whole && Object.fromEntries(Object.entries(whole).filter(([name]) => !left.has(name)))
  if (body !== undefined) yield { method, path: target(null, ''), body: JSON.stringify(body) }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  for (const { name, in: place } of parameters)
    if (place !== 'header')
      for (const value of HOSTILE)
        yield { method, path: target(name, textOf(value)), ...sent, changed: name }
  yield { method, path: `${target(null, '')}&no_such_filter=1`, ...sent, changed: 'no_such_filter' }
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
    yield {
      method,
      path: target(null, ''),
      body: JSON.stringify(value) ?? '',
      ...changedIn(value, body),
    }
}

/** Which property differs; none if the body as a whole is another. */
function changedIn(value: unknown, body: unknown): { changed?: string } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  const [before, after] = [body, value] as [Record<string, unknown>, Record<string, unknown>]
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const [changed, ...others] = names.filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  )
  return changed === undefined || others.length > 0 ? {} : { changed }
}

const wellFormed = (text: string) => text.replace(/[\ud800-\udfff]/g, '')
const textOf = (value: unknown) =>
  (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 5_000)

interface ErrorReply {
  error?: {
    message?: string
    request_id?: string
    param?: string | null
    fields?: { field: string }[]
  }
}

const send = (gateway: Gateway, { method, path, body }: Call) =>
  fetch(`${gateway.origin}/admin/v1${path}`, {
    method: method.toUpperCase(),
    redirect: 'manual',
    headers: {
      authorization: `Bearer ${gateway.adminKey}`,
      origin: gateway.origin,
      'content-type': 'application/json',
    },
    ...(body !== undefined && { body }),
  })

/**
 * The properties without which a body of the schema fits: those that contradict others, or that cannot change. If there
 * is no such body, `refused` is what is wrong with it in any case, such as a link that nobody has made.
 */
async function unfitOf(gateway: Gateway, calls: (left: Set<string>) => Generator<Call>) {
  const left = new Set<string>()
  for (;;) {
    const [call] = calls(left)
    if (call?.body === undefined) return { left, refused: undefined }
    const reply = await send(gateway, call)
    if (reply.status !== 400) return { left, refused: undefined }
    const name = ((await reply.json()) as ErrorReply).error?.param?.split('.')[0] ?? ''
    const without = Object.keys(JSON.parse(call.body)).length > 1 ? name : ''
    if (without === '' || left.has(name)) {
      left.delete(name)
      return { left, refused: name }
    }
    left.add(name)
  }
}

async function failureOf(
  gateway: Gateway,
  call: Call,
  refused: string | undefined,
): Promise<string | null> {
  const { method, path, body, changed } = call
  const reply = await send(gateway, call)
  const text = await reply.text()
  const shown = `${method} ${path.slice(0, 200)} ${body?.slice(0, 300) ?? ''}: ${reply.status} ${text.slice(0, 300)}`
  if (reply.status >= 500) return shown
  if (reply.status < 400) return null
  const { error } = JSON.parse(text) as ErrorReply
  if (error?.message === undefined || error.request_id === undefined) return shown
  const named = [error.param, ...(error.fields ?? []).map(({ field }) => field)]
  const isNamed = named.some((field) => [changed, refused].includes(field?.split('.')[0]))
  return reply.status !== 400 || changed === undefined || isNamed ? null : `${changed}? ${shown}`
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
      const callsWithout = (left: Set<string>) => callsOf(path, method, operation, left)
      const { left, refused } = await unfitOf(gateway, callsWithout)
      const all = [...callsWithout(left)]
      calls += all.length
      for (let at = 0; at < all.length; at += 20)
        failures.push(
          ...(
            await Promise.all(
              all.slice(at, at + 20).map((call) => failureOf(gateway, call, refused)),
            )
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
