/** Anthropic's message batches: ownership, reading, and costs. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { type Gateway, startGateway } from '../../../support/gateway.ts'
import { startVendorMock, type VendorMock } from '../../../support/vendors/vendor-mock.ts'
import { waitFor } from '../../../support/waiting.ts'

const MODEL = 'claude-sonnet-4-5'
const USAGE = {
  input_tokens: 1_000,
  output_tokens: 500,
  cache_read_input_tokens: 100,
  cache_creation_input_tokens: 0,
}
const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: MODEL,
  content: [{ type: 'text', text: 'Hello' }],
  stop_reason: 'end_turn',
  usage: USAGE,
}
const RESULTS = [
  { custom_id: 'a', result: { type: 'succeeded', message } },
  { custom_id: 'b', result: { type: 'errored', error: { type: 'error' } } },
]

/** Keeps batches in memory; `end` lets one finish. */
function startAnthropicMock() {
  const batches = new Map<string, Record<string, unknown>>()
  const calls: { line: string; headers: Headers }[] = []
  let made = 0
  const found = (id = '') => {
    const batch = batches.get(id)
    const error = { type: 'error', error: { type: 'not_found_error', message: 'no such batch' } }
    return batch === undefined ? Response.json(error, { status: 404 }) : Response.json(batch)
  }
  const create = () => {
    const id = `msgbatch_${++made}`
    batches.set(id, {
      id,
      type: 'message_batch',
      processing_status: 'in_progress',
      results_url: null,
    })
    return found(id)
  }
  const list = (query: URLSearchParams) => {
    const all = [...batches.values()]
    const from = all.findIndex(({ id }) => id === query.get('after_id')) + 1
    const data = all.slice(from, from + Number(query.get('limit') ?? 20))
    const has_more = from + data.length < all.length
    return Response.json({ data, has_more, first_id: data[0]?.id, last_id: data.at(-1)?.id })
  }
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch({ method, url, headers }) {
      const { pathname, searchParams } = new URL(url)
      calls.push({ line: `${method} ${pathname}`, headers })
      if (pathname === '/v1/models') return Response.json({ data: [{ id: MODEL, type: 'model' }] })
      const [, , , , id, action] = pathname.split('/')
      if (id === undefined) return method === 'POST' ? create() : list(searchParams)
      if (method === 'DELETE') {
        batches.delete(id)
        return Response.json({ id, type: 'message_batch_deleted' })
      }
      if (action !== 'results') return found(id)
      const lines = RESULTS.map((line) => `${JSON.stringify(line)}\n`).join('')
      return new Response(lines, { headers: { 'content-type': 'application/x-jsonl' } })
    },
  })
  const end = (id: string, more: object = {}) => {
    const results_url = `https://api.anthropic.com/v1/messages/batches/${id}/results`
    batches.set(id, { ...batches.get(id), processing_status: 'ended', results_url, ...more })
  }
  return {
    url: `http://127.0.0.1:${server.port}`,
    calls,
    end,
    stop: () => server.stop(true),
  }
}

let mock: ReturnType<typeof startAnthropicMock>
let openai: VendorMock
let gateway: Gateway
let owner: Anthropic
let stranger: Anthropic
let restricted: Anthropic
beforeAll(async () => {
  mock = startAnthropicMock()
  openai = startVendorMock()
  gateway = await startGateway({
    upstreams: [
      { name: 'claude', provider: 'anthropic', baseUrl: mock.url },
      { name: 'vendor', provider: 'openai', baseUrl: openai.url },
    ],
    env: { UNKNOWN_OBJECTS: 'pass', BATCH_CHECK_SECONDS: '1' },
  })
  const clientOf = (apiKey: string) =>
    new Anthropic({ baseURL: gateway.origin, apiKey, maxRetries: 0 })
  const keyOf = async (name: string, ...more: string[]) => {
    const { stdout } = await gateway.cli([
      'key',
      'create',
      'stranger',
      '--name',
      name,
      '--json',
      ...more,
    ])
    return clientOf(/sk-proxy-[\w-]{20,}/.exec(stdout)?.[0] ?? '')
  }
  await gateway.cli(['user', 'create', 'stranger'])
  owner = clientOf(gateway.proxyKey)
  stranger = await keyOf('k')
  restricted = await keyOf('r', '--model', 'claude-haiku-4-5')
  await waitFor('the new keys', () =>
    restricted.models.list().then(
      () => true,
      () => null,
    ),
  )
}, 60_000)
afterAll(async () => {
  await gateway.stop()
  await mock.stop()
  await openai.stop()
})
beforeEach(() => {
  mock.calls.length = 0
  openai.calls.length = 0
})

const create = (client: Anthropic) =>
  client.messages.batches.create({
    requests: [
      {
        custom_id: 'a',
        params: { model: MODEL, max_tokens: 10, messages: [{ role: 'user', content: 'Hi' }] },
      },
    ],
  })
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => null,
    ({ status, error }) => ({ status, ...error }),
  )
const NOT_THERE = {
  status: 404,
  type: 'error',
  error: { type: 'not_found_error', message: expect.stringContaining('Message batch with id') },
}

test('a batch goes to a key of Anthropic with that key alone', async () => {
  await create(owner)
  const { line, headers } = mock.calls.find((call) => call.line.startsWith('POST')) ?? {}
  expect(line).toBe('POST /v1/messages/batches')
  expect([headers?.get('x-api-key'), headers?.get('anthropic-version')]).toEqual([
    expect.stringMatching(/^sk-upstream/),
    '2023-06-01',
  ])
  expect(headers?.get('authorization')).toBeNull()
  expect(openai.calls.filter(({ method }) => method === 'POST')).toEqual([])
})

describe('the batch of a user', () => {
  test('is not there for another, by no route', async () => {
    const { id } = await create(owner)
    mock.end(id)
    const { batches } = stranger.messages
    expect(await refusal(batches.retrieve(id))).toMatchObject(NOT_THERE)
    expect(await refusal(batches.cancel(id))).toMatchObject(NOT_THERE)
    const results = stranger.get(`/v1/messages/batches/${id}/results`)
    expect(await refusal(results)).toMatchObject(NOT_THERE)
    expect((await owner.messages.batches.retrieve(id)).id).toBe(id)
    expect((await owner.messages.batches.cancel(id)).id).toBe(id)
  })

  test('is listed to that user alone, past pages of others', async () => {
    const first = await create(stranger)
    for (let count = 0; count < 25; count++) await create(owner)
    const last = await create(stranger)
    const { data } = await stranger.messages.batches.list({ limit: 5 })
    expect(data.map(({ id }) => id)).toEqual([first.id, last.id])
  })

  test("has its results at the gateway's address, where the official client looks for them", async () => {
    const { id } = await create(owner)
    mock.end(id)
    const { results_url } = await owner.messages.batches.retrieve(id)
    expect(results_url).toBe(`/v1/messages/batches/${id}/results`)
    const results: unknown[] = []
    for await (const each of await owner.messages.batches.results(id)) results.push(each)
    expect(results).toEqual(RESULTS)
    const { data } = await owner.messages.batches.list({ limit: 100 })
    expect(data.find((batch) => batch.id === id)?.results_url).toBe(results_url)
  })
})

test('a key that may not use a model may not use it in a batch', async () => {
  expect(await refusal(create(restricted))).toMatchObject({
    status: 403,
    error: { type: 'permission_error' },
  })
  expect(mock.calls.filter(({ line }) => line.startsWith('POST'))).toEqual([])
})

test('an ended batch is charged once, at half the price, with what its cache gave', async () => {
  const { id } = await create(owner)
  mock.end(id)
  const rows = () => {
    using database = gateway.database()
    return database
      .query<Record<string, unknown>, [string]>(
        'SELECT * FROM usage_records WHERE request_id LIKE ? AND total_tokens > 0',
      )
      .all(`batch:%:${id}`)
  }
  await waitFor('the charge', () => (rows().length > 0 ? true : null))
  // 3 and 15 USD a million tokens, 0.30 from the cache; half of it in a batch.
  const cost = (1_000 * 3 + 100 * 0.3 + 500 * 15) / 1e6 / 2
  expect(rows()).toMatchObject([
    { model: MODEL, total_tokens: 1_600, cached_tokens: 100, cost_usd: expect.closeTo(cost, 8) },
  ])
})

test('an ended batch without successes is not charged', async () => {
  const { id } = await create(owner)
  mock.end(id, { request_counts: { succeeded: 0, errored: 1 } })
  using database = gateway.database()
  await waitFor('its end', () =>
    database
      .query<object, [string]>(
        'SELECT 1 FROM vendor_objects WHERE object_id = ? AND closed_at IS NOT NULL',
      )
      .get(id),
  )
  const charged = database.query('SELECT 1 FROM usage_records WHERE request_id LIKE ?')
  expect(charged.all(`batch:%:${id}`)).toEqual([])
})

test('a batch is charged before it is deleted, and kept while it runs', async () => {
  const { id } = await create(owner)
  expect(await refusal(owner.messages.batches.delete(id))).toMatchObject({
    status: 400,
    error: { type: 'invalid_request_error', message: expect.stringContaining('still running') },
  })
  expect(await refusal(stranger.messages.batches.delete(id))).toMatchObject(NOT_THERE)
  mock.end(id)
  expect(await owner.messages.batches.delete(id)).toMatchObject({ type: 'message_batch_deleted' })
  using database = gateway.database()
  const charged = database.query('SELECT total_tokens FROM usage_records WHERE request_id LIKE ?')
  expect(charged.all(`batch:%:${id}`)).toEqual([{ total_tokens: 1_600 }])
  expect(await refusal(owner.messages.batches.retrieve(id))).toMatchObject({ status: 404 })
})

test('errors of the vendor and of the gateway have the form of Anthropic', async () => {
  expect(await refusal(owner.messages.batches.retrieve('msgbatch_none'))).toMatchObject({
    status: 404,
    error: { type: 'not_found_error', message: expect.stringContaining('no such batch') },
  })
})

test.each(['GET', 'POST'])(
  "%s of an invalid id is refused in Anthropic's format",
  async (method) => {
    const path = `/v1/messages/batches/a%2Fb${method === 'POST' ? '/cancel' : ''}`
    const response = await fetch(`${gateway.origin}${path}`, {
      method,
      headers: { 'x-api-key': gateway.proxyKey },
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error' },
    })
  },
)
