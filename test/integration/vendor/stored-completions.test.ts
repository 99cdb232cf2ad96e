/** Chat completions and Responses that the vendor keeps belong to the user who asked for them. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { startVendorMock, type VendorMock } from '../../support/vendors/vendor-mock.ts'
import { waitFor } from '../../support/waiting.ts'

let vendors: [VendorMock, VendorMock]
let gateway: Gateway
let stranger: string
beforeAll(async () => {
  vendors = [startVendorMock('one'), startVendorMock('two')]
  gateway = await startGateway({
    upstreams: vendors.map(({ url }, at) => ({
      name: `vendor-${at}`,
      provider: 'openai',
      baseUrl: url,
    })),
    env: { UNKNOWN_OBJECTS: 'pass' },
  })
  await gateway.cli(['user', 'create', 'stranger'])
  const made = await gateway.cli(['key', 'create', 'stranger', '--name', 'k', '--json'])
  stranger = /sk-proxy-[\w-]{20,}/.exec(made.stdout)?.[0] ?? ''
  await waitFor(
    'the new key',
    async () => (await call('GET', '/models', { key: stranger })).status === 200 || null,
  )
})
afterAll(async () => {
  await gateway.stop()
  for (const vendor of vendors) await vendor.stop()
})
beforeEach(() => {
  for (const { calls } of vendors) calls.length = 0
})

interface Options {
  key?: string
  body?: object
}

async function call(
  method: string,
  path: string,
  { key = gateway.proxyKey, body }: Options = {},
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${gateway.baseUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, text: await response.text() }
}

async function completed(more: object): Promise<string> {
  const messages = [{ role: 'user', content: 'Hi' }]
  const { text } = await call('POST', '/chat/completions', {
    body: { model: 'gpt-4o', messages, ...more },
  })
  const id = /"id":"(chatcmpl-[\w-]+)"/.exec(text)?.[1]
  if (id === undefined) throw new Error(`no completion: ${text}`)
  return id
}

/** Which of the vendors were asked by a path. */
const askedBy = (path: string) =>
  vendors.filter(({ calls }) => calls.some((each) => each.path.startsWith(path)))

const routes = (id: string) =>
  [
    ['GET', `/chat/completions/${id}`],
    ['GET', `/chat/completions/${id}/messages`],
    ['POST', `/chat/completions/${id}`],
    ['DELETE', `/chat/completions/${id}`],
  ] as const

describe.each([
  ['whole', {}],
  ['streamed', { stream: true }],
])('a stored completion, %s', (_, form) => {
  test('is not there for another user, by no route', async () => {
    const id = await completed({ store: true, ...form })
    for (const [method, path] of routes(id)) {
      const body = method === 'POST' ? { body: { metadata: { a: 'b' } } } : {}
      expect((await call(method, path, { key: stranger, ...body })).status).toBe(404)
    }
    expect(askedBy(`/chat/completions/${id}`)).toEqual([])
  })

  test('is its maker’s, at the upstream key that made it', async () => {
    const makers = new Set<VendorMock | undefined>()
    for (let count = 0; count < 20 && makers.size < vendors.length; count++) {
      const id = await completed({ store: true, ...form })
      const [maker] = vendors.filter(({ objects }) => objects.has(id))
      makers.add(maker)
      for (const [method, path] of routes(id)) {
        const body = method === 'POST' ? { body: { metadata: { a: 'b' } } } : {}
        const { status, text } = await call(method, path, body)
        expect([status, text.includes(id)]).toEqual([200, true])
      }
      expect(askedBy(`/chat/completions/${id}`)).toEqual([maker as VendorMock])
      expect((await call('DELETE', `/chat/completions/${id}`)).status).toBe(404)
    }
    expect(makers.size).toBe(vendors.length)
  })

  test('is listed to its maker alone', async () => {
    const id = await completed({ store: true, ...form })
    const list = (key: string) => call('GET', '/chat/completions?limit=100', { key })
    const own = await list(gateway.proxyKey)
    expect([own.status, own.text.includes('chatcmpl-')]).toEqual([200, true])
    const others = await list(stranger)
    expect([others.status, others.text.includes('chatcmpl-')]).toEqual([200, false])
    expect((await call('DELETE', `/chat/completions/${id}`)).status).toBe(200)
  })
})

test.each([{}, { stream: true }])('a Response with %j is its maker’s alone', async (form) => {
  const body = { model: 'gpt-4o', input: 'Hi', store: true, ...form }
  const { text } = await call('POST', '/responses', { body })
  const id = /"id":"(resp_[\w-]+)"/.exec(text)?.[1]
  expect(id).toBeDefined()
  expect((await call('GET', `/responses/${id}`, { key: stranger })).status).toBe(404)
  expect(askedBy(`/responses/${id}`)).toEqual([])
  expect((await call('GET', `/responses/${id}`)).text).toContain(`${id}`)
})

test("a completion stored because of a model's parameters belongs to its creator too", async () => {
  const made = await gateway.cli([
    'model',
    'set',
    'kept',
    '--target',
    'gpt-4o',
    '--set',
    'store=true',
  ])
  expect(made.stderr).toBe('')
  await waitFor(
    'the model',
    async () => (await call('GET', '/models')).text.includes('"kept"') || null,
  )
  const id = await completed({ model: 'kept' })
  expect((await call('GET', `/chat/completions/${id}`, { key: stranger })).status).toBe(404)
  expect((await call('GET', `/chat/completions/${id}`)).status).toBe(200)
})

test.each([{}, { store: false }, { store: null }, { store: false, stream: true }])(
  'a completion with %j is not remembered',
  async (form) => {
    const id = await completed(form)
    using database = gateway.database()
    expect(database.query('SELECT * FROM vendor_objects WHERE object_id = ?').all(id)).toEqual([])
  },
)
