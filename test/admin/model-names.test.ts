/** Which names the list of models and the search show. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { LISTED_MODEL, startVendorMock, type VendorMock } from '../support/vendors/vendor-mock.ts'
import { type ConsoleClient, signedInAdmin } from './console-client.ts'

interface Model {
  name: string
  origin: string
  available: boolean
  targets: { upstream: string }[]
}

let vendor: VendorMock
let silent: ReturnType<typeof Bun.serve>
let gateway: Gateway
let admin: ConsoleClient
beforeAll(async () => {
  vendor = startVendorMock()
  silent = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Promise(() => {}) })
  gateway = await startGateway({
    upstreams: [{ name: 'open', provider: 'openai', baseUrl: vendor.url }],
  })
  admin = await signedInAdmin(gateway)
})
afterAll(async () => {
  await gateway.stop()
  await vendor.stop()
  await silent.stop(true)
})

async function itemsOf<Item>(path: string): Promise<Item[]> {
  const reply = await admin.call('GET', path)
  expect(reply.status).toBe(200)
  return ((await reply.json()) as { items: Item[] }).items
}

test('a model that an upstream lists itself is shown with what serves it', async () => {
  const models = await itemsOf<Model>('/models')
  expect(models).toMatchObject([
    { name: LISTED_MODEL, origin: 'listed', available: true, targets: [{ upstream: 'open' }] },
  ])
  const found = await itemsOf<{ kind: string; name: string }>('/search?q=gpt-4')
  expect(found).toContainEqual(expect.objectContaining({ kind: 'model', name: LISTED_MODEL }))
})

test('an upstream that does not list its models hides none of the others', async () => {
  const added = await admin.call('POST', '/upstreams', {
    name: 'silent',
    provider: 'compatible',
    base_url: `http://127.0.0.1:${silent.port}/v1`,
    secret: 'sk-invented',
  })
  expect(added.status).toBe(201)
  const defined = await admin.call('PUT', '/model-definitions/my-name', {
    targets: [{ upstream: 'open', model: LISTED_MODEL }],
  })
  expect(defined.status).toBeLessThan(300)
  const names = (await itemsOf<Model>('/models')).map(({ name }) => name)
  expect(names).toEqual([LISTED_MODEL, 'my-name'])
})
