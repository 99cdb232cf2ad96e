/** The models page's data: where each name leads and what it costs. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { type ConsoleClient, signedInAdmin } from './console-client.ts'

let gateway: Gateway
let admin: ConsoleClient
beforeAll(async () => {
  gateway = await startGateway()
  admin = await signedInAdmin(gateway)
  const added = await admin.call('POST', '/upstreams', {
    name: 'local',
    provider: 'compatible',
    base_url: 'http://127.0.0.1:9/v1',
    models: ['gpt-4o', 'my-own-model'],
    secret: 'sk-invented',
  })
  expect(added.status).toBe(201)
})
afterAll(() => gateway.stop())

async function priceOf(model: string) {
  const reply = await admin.call('GET', `/models?search=${model}`)
  const { items } = (await reply.json()) as { items: { name: string; price: unknown }[] }
  return items.find(({ name }) => name === model)?.price
}

test('a model of a known maker has its published price, an unknown one none', async () => {
  expect(await priceOf('gpt-4o')).toMatchObject({ source: 'published', input_usd: 2.5 })
  expect(await priceOf('my-own-model')).toBeNull()
})

test('the operator’s own price comes before the published one until it is removed', async () => {
  await admin.call('PUT', '/prices/gpt-4o', { input_usd: 1, output_usd: 2 })
  expect(await priceOf('gpt-4o')).toMatchObject({ source: 'own', input_usd: 1, output_usd: 2 })
  await admin.call('DELETE', '/prices/gpt-4o')
  expect(await priceOf('gpt-4o')).toMatchObject({ source: 'published' })
})
