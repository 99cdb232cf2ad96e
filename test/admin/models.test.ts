/** What models cost: their prices, and how the cost of a request came about. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import {
  chatCompletion,
  jsonReply,
  type MockUpstream,
  startMockUpstream,
} from '../support/mock/mock-upstream.ts'
import { waitFor } from '../support/waiting.ts'
import { type ConsoleClient, signedInAdmin } from './console-client.ts'

let gateway: Gateway
let admin: ConsoleClient
let mock: MockUpstream
beforeAll(async () => {
  mock = await startMockUpstream()
  const usage = {
    prompt_tokens: 1000,
    completion_tokens: 200,
    total_tokens: 1200,
    prompt_tokens_details: { cached_tokens: 400 },
  }
  mock.script(() => jsonReply(200, { ...chatCompletion('Hello!'), usage }))
  gateway = await startGateway({ env: { QUEUE_TIMEOUT_MS: '20000' } })
  admin = await signedInAdmin(gateway)
  const added = await admin.call('POST', '/upstreams', {
    name: 'local',
    provider: 'compatible',
    base_url: mock.url,
    models: ['gpt-4o', 'my-own-model'],
    secret: 'sk-invented',
  })
  expect(added.status).toBe(201)
})
afterAll(async () => {
  await gateway.stop()
  await mock.close()
})

async function priceOf(model: string) {
  const reply = await admin.call('GET', `/models?search=${model}`)
  const { items } = (await reply.json()) as { items: { name: string; price: unknown }[] }
  return items.find(({ name }) => name === model)?.price
}

test('a model of a known maker has its published price, an unknown one none', async () => {
  expect(await priceOf('gpt-4o')).toMatchObject({ source: 'published', input_usd: 2.5 })
  expect(await priceOf('my-own-model')).toBeNull()
})

test('the operator’s own price overrides the published one until it is removed', async () => {
  await admin.call('PUT', '/prices/gpt-4o', { input_usd: 1, output_usd: 2 })
  expect(await priceOf('gpt-4o')).toMatchObject({ source: 'own', input_usd: 1, output_usd: 2 })
  await admin.call('DELETE', '/prices/gpt-4o')
  expect(await priceOf('gpt-4o')).toMatchObject({ source: 'published' })
})

interface CostPart {
  kind: string
  tokens: number
  usd_per_million: number
  usd: number
}

async function requestAbout(model: string) {
  const body = { model, messages: [{ role: 'user', content: 'Hello' }] }
  const reply = await waitFor('the model to be served', async () => {
    const response = await gateway.chat(body)
    return response.status === 200 ? response : null
  })
  const id = reply.headers.get('x-request-id') ?? ''
  await gateway.usageRow(id)
  return async () =>
    (await (await admin.call('GET', `/requests/${id}`)).json()) as {
      cost_usd: number | null
      cost: CostPart[]
      duration_ms: number
      tries: { started_ms: number | null; duration_ms: number | null }[]
    }
}

test('a request shows how its cost came about, by kind of token', async () => {
  const details = await (await requestAbout('gpt-4o'))()
  expect(details.cost).toEqual([
    { kind: 'input', tokens: 600, usd_per_million: 2.5, usd: 0.0015 },
    { kind: 'cached', tokens: 400, usd_per_million: 1.25, usd: 0.0005 },
    { kind: 'output', tokens: 200, usd_per_million: 10, usd: 0.002 },
  ])
  expect(details.cost_usd).toBeCloseTo(0.004, 9)
})

test('a later price does not change past costs, and a request without a price has no cost', async () => {
  const past = await requestAbout('gpt-4o')
  await admin.call('PUT', '/prices/gpt-4o', { input_usd: 1, output_usd: 2 })
  expect(await past()).toMatchObject({ cost_usd: 0.004, cost: [] })
  await admin.call('DELETE', '/prices/gpt-4o')
  expect(await (await requestAbout('my-own-model'))()).toMatchObject({ cost_usd: null, cost: [] })
})

test('the details show when each attempt began and how long it took', async () => {
  const details = await (await requestAbout('gpt-4o'))()
  const [attempt] = details.tries
  expect(attempt?.started_ms).toBeGreaterThanOrEqual(0)
  expect((attempt?.started_ms ?? 0) + (attempt?.duration_ms ?? Infinity)).toBeLessThanOrEqual(
    details.duration_ms + 1,
  )
})

interface Timeline {
  sent_ms: number
  waits: { kind: string; started_ms: number; duration_ms: number }[]
}

test('the details show what a request waited for before it was sent', async () => {
  const { promise: hold, resolve: goOn } = Promise.withResolvers<void>()
  const settings = { provider: 'compatible', base_url: mock.url, max_in_flight: 1 }
  const model = 'one-at-a-time'
  await admin.call('POST', '/upstreams', {
    ...settings,
    ...{ name: 'narrow', models: [model], secret: 'sk-invented-too' },
  })
  await requestAbout(model)
  mock.script(() => [{ until: hold }, ...jsonReply(200, chatCompletion('Hello!'))])
  const ask = () => gateway.chat({ model, messages: [{ role: 'user', content: 'Hi' }] })
  const before = mock.ledger.length
  const running = ask()
  await waitFor('the first request', () => mock.ledger.length > before)
  const waiting = ask()
  const headers = { authorization: `Bearer ${gateway.adminKey}` }
  await waitFor('the second one to wait', async () => {
    const text = await (await fetch(`${gateway.origin}/metrics`, { headers })).text()
    return text.includes('gpt_proxy_requests_waiting 1\n')
  })
  goOn()
  await (await running).arrayBuffer()
  const reply = await waiting
  await reply.arrayBuffer()
  const details = await waitFor('the record', async () => {
    const path = `/requests/${reply.headers.get('x-request-id')}`
    const response = await admin.call('GET', path)
    return response.ok ? ((await response.json()) as { timeline: Timeline }) : null
  })
  expect(details.timeline.waits.map(({ kind }) => kind)).toEqual(['queue'])
  const [wait] = details.timeline.waits
  expect((wait?.started_ms ?? 0) + (wait?.duration_ms ?? 0)).toBeLessThanOrEqual(
    details.timeline.sent_ms + 0.01,
  )
})

test('the overview shows how much time the gateway itself takes', async () => {
  const { figures } = (await (await admin.call('GET', '/overview?range=1h')).json()) as {
    figures: Record<'overhead_p50_ms' | 'overhead_p95_ms', { value: number | null }>
  }
  expect(figures.overhead_p50_ms.value).toBeGreaterThan(0)
  expect(figures.overhead_p95_ms.value ?? 0).toBeGreaterThanOrEqual(
    figures.overhead_p50_ms.value ?? 0,
  )
})
