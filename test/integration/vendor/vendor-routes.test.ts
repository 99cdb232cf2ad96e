/** The vendors' other routes: where calls go, who owns the objects, and what is recorded. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import {
  LISTED_MODEL,
  startVendorMock,
  type VendorMock,
} from '../../support/vendors/vendor-mock.ts'
import { waitFor } from '../../support/waiting.ts'

let mock: VendorMock
let gateway: Gateway
let other: string
beforeAll(async () => {
  mock = startVendorMock()
  gateway = await startGateway({
    upstreams: [{ name: 'vendor', provider: 'openai', baseUrl: mock.url }],
  })
  await gateway.cli(['user', 'create', 'stranger'])
  const made = await gateway.cli(['key', 'create', 'stranger', '--name', 'k', '--json'])
  other = Object.values(JSON.parse(made.stdout) as Record<string, unknown>).find(
    (value): value is string => String(value).startsWith('sk-proxy-') && String(value).length > 40,
  ) as string
  await waitFor(
    'the new key',
    async () => (await call('GET', '/models', { key: other })).status === 200 || null,
  )
})
afterAll(async () => {
  await gateway.stop()
  await mock.stop()
})
beforeEach(() => {
  mock.calls.length = 0
})

interface Options {
  key?: string
  body?: FormData | string | object
  headers?: Record<string, string>
}

async function call(
  method: string,
  path: string,
  { key = gateway.proxyKey, body, headers }: Options = {},
) {
  const isJson = body !== undefined && Object.getPrototypeOf(body) === Object.prototype
  const response = await fetch(`${gateway.baseUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(isJson && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && {
      body: isJson ? JSON.stringify(body) : (body as FormData | string),
    }),
  })
  const text = await response.text()
  const json = () =>
    JSON.parse(text) as Record<string, unknown> & { id: string; data: { id: string }[] }
  return { status: response.status, headers: response.headers, text, json }
}

function upload(key?: string) {
  const form = new FormData()
  form.append('purpose', 'batch')
  form.append('file', new Blob(['{"custom_id":"1"}\n']), 'a.jsonl')
  return call('POST', '/files', { body: form, ...(key !== undefined && { key }) })
}

describe('objects', () => {
  test('belong to their creator: other users get 404 on every route', async () => {
    const { id } = (await upload()).json()
    for (const [method, path] of [
      ['GET', `/files/${id}`],
      ['GET', `/files/${id}/content`],
      ['DELETE', `/files/${id}`],
    ] as const)
      expect((await call(method, path, { key: other })).status).toBe(404)
    const batch = { input_file_id: id, endpoint: '/v1/chat/completions', completion_window: '24h' }
    expect((await call('POST', '/batches', { key: other, body: batch })).status).toBe(404)
    expect((await call('GET', `/files/${id}`)).json().id).toBe(id)
    expect((await call('GET', `/files/${id}/content`)).text).toBe(`content of ${id}`)
  })

  test('of another user are never readable in 1,000 attempts on any route', async () => {
    const makers = [gateway.proxyKey, other]
    const ids: string[][] = [[], []]
    for (let count = 0; count < 20; count++)
      for (const [at, key] of makers.entries()) ids[at]?.push((await upload(key)).json().id)
    const paths = ['', '/content'] as const
    const readable: string[] = []
    const ask = async (turn: number): Promise<void> => {
      const stranger = turn % 2
      const owned = ids[1 - stranger] ?? []
      const id = owned[Math.floor(Math.random() * owned.length)] ?? ''
      const path = `/files/${id}${paths[turn % 4 < 2 ? 0 : 1]}`
      const { status, text } = await call(turn % 10 === 9 ? 'DELETE' : 'GET', path, {
        key: makers[stranger] ?? '',
      })
      if (status !== 404 || text.includes('content of')) readable.push(`${status} ${path}`)
    }
    for (let turn = 0; turn < 1_000; turn += 20)
      await Promise.all(Array.from({ length: 20 }, (_, at) => ask(turn + at)))
    expect(readable).toEqual([])
  }, 60_000)

  test('are listed to their maker alone, past pages of others', async () => {
    const mine: string[] = []
    for (let count = 0; count < 3; count++) mine.push((await upload(other)).json().id)
    for (let count = 0; count < 30; count++) await upload()
    mine.push((await upload(other)).json().id)
    const list = (await call('GET', '/files?limit=100', { key: other })).json()
    const all = list.data.map(({ id }) => id)
    expect(mine.filter((id) => !all.includes(id))).toEqual([])
    expect([list.first_id, list.last_id, list.has_more]).toEqual([all[0], all.at(-1), false])
  })

  test('are forgotten when they are deleted', async () => {
    const { id } = (await upload()).json()
    expect((await call('DELETE', `/files/${id}`)).json()).toMatchObject({ id, deleted: true })
    using database = gateway.database()
    expect(database.query('SELECT * FROM vendor_objects WHERE object_id = ?').all(id)).toEqual([])
  })

  test('report that their upstream key was removed', async () => {
    using database = gateway.database()
    database.run(
      "INSERT INTO vendor_objects VALUES ('file', 'file-gone', 999, (SELECT id FROM users WHERE username = 'default'), 1, '2026-01-01T00:00:00.000Z', NULL)",
    )
    const { status, text } = await call('GET', '/files/file-gone')
    expect([status, text]).toEqual([410, expect.stringContaining('was removed')])
  })

  test('that were not created here pass to the vendor', async () => {
    mock.objects.set('file-old', { id: 'file-old' })
    expect((await call('GET', '/files/file-old')).json().id).toBe('file-old')
    expect((await call('GET', '/files/file-none')).status).toBe(404)
  })

  test('that are listed models are only an administrator’s to delete', async () => {
    const path = `/models/${LISTED_MODEL}`
    expect((await call('DELETE', path)).status).toBe(404)
    expect(mock.calls.some(({ method }) => method === 'DELETE')).toBe(false)
    expect((await call('DELETE', path, { key: gateway.adminKey })).json().deleted).toBe(true)
    expect((await call('DELETE', '/models/ft:gpt:mine')).json().deleted).toBe(true)
    expect((await call('DELETE', '/models/org%2Fmine')).json().id).toBe('org/mine')
    mock.calls.length = 0
    for (const name of ['org%2F%2Fx', '%2Fx', 'x%2F', 'x%2F..%2Ffiles', 'x%252F..%252Ffiles'])
      expect([400, 404]).toContain((await call('DELETE', `/models/${name}`)).status)
    expect(mock.calls).toEqual([])
  })

  test('that are unlisted models are looked up where their chats go', async () => {
    mock.objects.set('ft:gpt:mine', { id: 'ft:gpt:mine', object: 'model' })
    expect((await call('GET', '/models/ft:gpt:mine')).json()).toMatchObject({ id: 'ft:gpt:mine' })
    expect((await call('GET', '/models/ft:gpt:none')).status).toBe(404)
    const asked = mock.calls.map(({ path }) => path)
    expect(asked).toEqual(['/models/ft%3Agpt%3Amine', '/models/ft%3Agpt%3Anone'])
    expect((await call('GET', '/models/a%2F..%2Ffiles')).status).toBe(404)
    expect(mock.calls).toHaveLength(2)
  })

  test.each(['..%2Forganization', 'a%2Fcontent', 'a%3Fx', '%20a', 'a;b'])(
    '%s is not an id',
    async (id) => {
      const { status } = await call('GET', `/files/${id}`)
      expect([400, 404]).toContain(status)
      expect(mock.calls).toEqual([])
    },
  )
})

describe('bodies', () => {
  test('of forms reach the vendor to the byte', async () => {
    const form =
      '--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n\u0000\u0001\r\n--b--\r\n'
    await call('POST', '/files', {
      body: form,
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    })
    expect(mock.calls[0]?.body).toBe(form)
    expect(mock.calls[0]?.headers.get('content-type')).toBe('multipart/form-data; boundary=b')
    expect(mock.calls[0]?.headers.get('authorization')).toMatch(/^Bearer sk-upstream/)
  })

  test('are routed by the model of the form, which is required', async () => {
    const form = new FormData()
    form.append('file', new Blob(['x']), 'a.mp3')
    expect(
      (await call('POST', '/audio/transcriptions', { body: form })).json().error,
    ).toMatchObject({ param: 'model' })
    form.append('model', 'whisper-1')
    expect((await call('POST', '/audio/transcriptions', { body: form })).json().text).toBe('Hello')
  })

  test('allow-listed headers pass, others do not', async () => {
    await call('GET', '/files', {
      headers: { 'openai-beta': 'x', traceparent: 'y', cookie: 'z', 'x-other': 'w' },
    })
    const headers = mock.calls[0]?.headers
    expect([headers?.get('openai-beta'), headers?.get('traceparent')]).toEqual(['x', 'y'])
    expect([headers?.get('cookie'), headers?.get('x-other')]).toEqual([null, null])
  })

  test('of binary replies come as they are', async () => {
    const { headers, status } = await call('POST', '/audio/speech', {
      body: { model: 'tts-1', input: 'Hello', voice: 'alloy' },
    })
    expect([status, headers.get('content-type')]).toEqual([200, 'audio/mpeg'])
  })
})

describe('records', () => {
  const recorded = async (response: { headers: Headers }) =>
    gateway.usageRow(response.headers.get('x-request-id') ?? '')

  test('hold the price by the image, the second and the character', async () => {
    const images = await call('POST', '/images/generations', {
      body: { model: 'dall-e-3', prompt: 'A cat' },
    })
    expect(await recorded(images)).toMatchObject({
      endpoint: 'images/generations',
      model: 'dall-e-3',
      cost_usd: 0.08,
    })
    const speech = await call('POST', '/audio/speech', {
      body: { model: 'tts-1', input: 'x'.repeat(1000), voice: 'a' },
    })
    expect((await recorded(speech)).cost_usd).toBeCloseTo(0.015, 10)
  })

  test('say how many images, characters or searches were paid, also if no price is known', async () => {
    const body = { model: 'of-unknown-price', prompt: 'A cat' }
    const reply = await call('POST', '/images/generations', { body })
    const record = await recorded(reply)
    const units = [{ kind: 'images', count: 2 }]
    expect(record.cost_usd).toBeNull()
    expect(JSON.parse(String(record.attempt_log))).toMatchObject([{ units }])
    const admin = { headers: { authorization: `Bearer ${gateway.adminKey}` } }
    const shown = await fetch(`${gateway.origin}/admin/v1/requests/${record.request_id}`, admin)
    expect(await shown.json()).toMatchObject({ tries: [{ units }] })
    const metrics = await (await fetch(`${gateway.origin}/metrics`, admin)).text()
    expect(metrics).toMatch(/^gpt_proxy_units_total\{kind="images",upstream="[\w-]+"\} [1-9]/m)
    expect(record.images).toBe(2)
    const at = (ms: number) => new Date(Date.now() + ms).toISOString()
    const query = `from=${at(-7_200_000)}&until=${at(7_200_000)}&by=model`
    const usage = await fetch(`${gateway.origin}/admin/v1/usage?${query}`, admin)
    const { rows } = (await usage.json()) as { rows: unknown[] }
    expect(rows).toContainEqual({
      group: [expect.objectContaining({ id: 'of-unknown-price' })],
      sum: expect.objectContaining({ images: 2, unpriced_requests: 1 }),
    })
    const csv = await (await fetch(`${gateway.origin}/admin/v1/usage.csv?${query}`, admin)).text()
    expect(csv.split('\r\n')[0]).toContain(
      ',images,audio_seconds,characters,video_seconds,searches,',
    )
    const table = await gateway.cli(['usage', '--by', 'model'])
    expect(table.stdout).toMatch(/^MODEL .* IMAGES .*COST/im)
    expect(table.stdout).toMatch(/^of-unknown-price +1 +0 +0 +0 +0 +2 /m)
  })

  test.each([
    ['tokens', { usage: { total_tokens: 70 } }, { prompt_tokens: 70, cost_usd: null }],
    ['tokens elsewhere', { meta: { tokens: { input_tokens: 70 } } }, { prompt_tokens: 70 }],
    ['searches', { meta: { billed_units: { search_units: 3 } } }, { cost_usd: 0.006 }],
    ['nothing', {}, { cost_usd: null }],
  ])('of a rerank that reports %s hold them', async (_, usage, record) => {
    mock.rerank = { results: [{ index: 0, relevance_score: 0.9 }], ...usage }
    const reply = await call('POST', '/rerank', {
      body: { model: 'rerank-v3.5', query: 'a', documents: ['b'] },
    })
    expect(JSON.parse(reply.text)).toEqual(mock.rerank)
    expect(await recorded(reply)).toMatchObject({ endpoint: 'rerank', ...record })
  })

  test('have no price if none is known, and the price 0 if the call is free', async () => {
    const unknown = await call('POST', '/images/generations', {
      body: { model: 'flux', prompt: 'A cat' },
    })
    expect((await recorded(unknown)).cost_usd).toBeNull()
    expect((await recorded(await call('GET', '/files'))).cost_usd).toBe(0)
  })
})

test.each([
  'GET /organization/users',
  'POST /organization/projects',
  'GET /projects/x/roles',
  'POST /projects/x/roles',
  'POST /webhook_endpoints',
])('%s is not served', async (line) => {
  const [method = '', path = ''] = line.split(' ')
  expect([400, 404]).toContain((await call(method, path)).status)
  expect(mock.calls).toEqual([])
})
