/** Objects that are read repeatedly are charged once: background responses, stored ones, videos. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { startVendorMock, type VendorMock } from '../../support/vendors/vendor-mock.ts'
import { waitFor } from '../../support/waiting.ts'

let mock: VendorMock
let gateway: Gateway
beforeAll(async () => {
  mock = startVendorMock()
  gateway = await startGateway({
    upstreams: [{ name: 'vendor', provider: 'openai', baseUrl: mock.url }],
    env: { BATCH_CHECK_SECONDS: '1' },
  })
})
afterAll(async () => {
  await gateway.stop()
  await mock.stop()
})

async function call(method: string, path: string, body?: object) {
  const response = await fetch(`${gateway.baseUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${gateway.proxyKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, text, requestId: response.headers.get('x-request-id') ?? '' }
}

interface Row {
  request_id: string
  total_tokens: number
  cost_usd: number | null
}

function rows(where: string): Row[] {
  using database = gateway.database()
  return database
    .query<Row, []>(`SELECT request_id, total_tokens, cost_usd FROM usage_records WHERE ${where}`)
    .all()
}

const USAGE = { input_tokens: 1_000, output_tokens: 500, total_tokens: 1_500 }
/** gpt-4o: 2.50 and 10 USD a million tokens. */
const COST = 0.0075
const idIn = (text: string) => /"id":"(resp_[\w-]+)"/.exec(text)?.[1] ?? ''
const finish = (id: string, more: object = {}) =>
  mock.objects.set(id, { ...mock.objects.get(id), status: 'completed', usage: USAGE, ...more })
const charged = (id: string) => rows(`request_id LIKE 'response:%:${id}'`)

test.each([
  ['whole, polled by its client', {}, 5],
  ['whole, never asked for again', {}, 0],
  ['streamed, polled by its client', { stream: true }, 5],
  ['streamed, never asked for again', { stream: true }, 0],
])('a response in the background, %s, is charged once, when it ends', async (_, form, polls) => {
  const asked = { model: 'gpt-4o', input: 'Hi', background: true, store: true, ...form }
  const made = await call('POST', '/responses', asked)
  const id = idIn(made.text)
  expect(await gateway.usageRow(made.requestId)).toMatchObject({ total_tokens: 0, cost_usd: 0 })
  expect(charged(id)).toEqual([])
  finish(id)
  const looks: string[] = []
  for (let poll = 0; poll < polls; poll++) {
    const { status, text, requestId } = await call('GET', `/responses/${id}`)
    expect([status, text.includes('"total_tokens":1500')]).toEqual([200, true])
    looks.push(requestId)
  }
  await waitFor('the charge', () => charged(id).length > 0 || null)
  for (const requestId of looks)
    expect(await gateway.usageRow(requestId)).toMatchObject({ total_tokens: 0, cost_usd: 0 })
  expect(charged(id)).toMatchObject([{ total_tokens: 1_500, cost_usd: COST }])
})

test('a response in the background that is deleted at once is charged before', async () => {
  const made = await call('POST', '/responses', { model: 'gpt-4o', input: 'Hi', background: true })
  const id = idIn(made.text)
  const early = await call('DELETE', `/responses/${id}`)
  expect([early.status, early.text]).toEqual([400, expect.stringContaining('is still running')])
  finish(id)
  await call('DELETE', `/responses/${id}`)
  expect(charged(id)).toMatchObject([{ total_tokens: 1_500 }])
})

test.each([
  ['response', 'resp_seen', '/responses/resp_seen'],
  ['video', 'video-seen', '/videos/video-seen'],
  ['batch', 'batch-seen', '/batches/batch-seen'],
])('reading a finished %s costs nothing', async (_, id, path) => {
  mock.objects.set(id, { id, status: 'completed', model: 'gpt-4o', usage: USAGE })
  for (let look = 0; look < 3; look++) {
    const { status, requestId } = await call('GET', path)
    expect(status).toBe(200)
    expect(await gateway.usageRow(requestId)).toMatchObject({ total_tokens: 0, cost_usd: 0 })
  }
})
