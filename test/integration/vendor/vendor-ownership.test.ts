/** Objects of another user, and models that a key may not use, wherever a request names them. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { startVendorMock, type VendorMock } from '../../support/vendors/vendor-mock.ts'
import { waitFor } from '../../support/waiting.ts'

let mock: VendorMock
let gateway: Gateway
/** Keys of a plain user, and of one that is restricted to a model. */
let stranger: string
let restricted: string
/** A file of the first user. */
let file: string

beforeAll(async () => {
  mock = startVendorMock()
  gateway = await startGateway({
    upstreams: [{ name: 'vendor', provider: 'openai', baseUrl: mock.url }],
  })
  await gateway.cli(['user', 'create', 'stranger'])
  stranger = (await gateway.cli(['key', 'create', 'stranger'])).stdout.trim()
  restricted = (
    await gateway.cli(['key', 'create', 'stranger', '--model', 'gpt-4o', '--model', 'gpt-realtime'])
  ).stdout.trim()
  await waitFor('the new keys', async () => (await ask(restricted, 'GET', '/models')).ok || null)
  const form = new FormData()
  form.append('purpose', 'batch')
  form.append('file', new Blob(['{}\n']), 'a.jsonl')
  const made = await ask(gateway.proxyKey, 'POST', '/files', { body: form })
  file = ((await made.json()) as { id: string }).id
})
afterAll(async () => {
  await gateway.stop()
  await mock.stop()
})
beforeEach(() => {
  mock.calls.length = 0
})

const ask = (key: string, method: string, path: string, init: RequestInit = {}) =>
  fetch(`${gateway.baseUrl}${path}`, {
    ...init,
    method,
    headers: { authorization: `Bearer ${key}`, ...init.headers },
  })
const json = (body: unknown, type = 'application/json'): RequestInit => ({
  body: typeof body === 'string' ? body : JSON.stringify(body),
  headers: { 'content-type': type },
})

/** Refused to the stranger without asking the vendor; the owner's call reaches it. */
async function expectOwned(path: string, init: RequestInit): Promise<void> {
  const refused = await ask(stranger, 'POST', path, init)
  expect([refused.status, await refused.text()]).toEqual([
    404,
    expect.stringContaining('not found'),
  ])
  expect(mock.calls).toEqual([])
  await ask(gateway.proxyKey, 'POST', path, init)
  expect(mock.calls).toHaveLength(1)
}

const many = (count: number) => Array.from({ length: count }, (_, at) => `file-unknown-${at}`)
const user = (content: unknown) => [{ role: 'user', content }]

describe('a file of another user is not there', () => {
  test('as the 2,000th of a list', () =>
    expectOwned('/vector_stores', json({ name: 'v', file_ids: [...many(1_999), file] })))

  test('as the source of an eval', () =>
    expectOwned(
      '/evals/eval_1/runs',
      json({ data_source: { type: 'jsonl', source: { type: 'file_id', id: file } } }),
    ))

  test('in a chat', () =>
    expectOwned(
      '/chat/completions',
      json({ model: 'gpt-4o', messages: user([{ type: 'file', file: { file_id: file } }]) }),
    ))

  test('in a chat that escapes the name of the field', () =>
    expectOwned(
      '/chat/completions',
      json(
        `{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"file","file":{"\\u0066ile_id":"${file}"}}]}]}`,
      ),
    ))

  test('in a response', () =>
    expectOwned(
      '/responses',
      json({ model: 'gpt-4o', input: user([{ type: 'input_file', file_id: file }]) }),
    ))

  test('in Anthropic’s messages', async () => {
    const source = { type: 'file', file_id: file }
    const body = { model: 'gpt-4o', max_tokens: 9, messages: user([{ type: 'document', source }]) }
    const refused = await ask(stranger, 'POST', '/messages', json(body))
    expect([refused.status, await refused.json()]).toMatchObject([
      404,
      { type: 'error', error: { type: 'not_found_error' } },
    ])
    expect(mock.calls).toEqual([])
  })

  test('under a content type that is not JSON', () =>
    expectOwned('/batches', json({ input_file_id: file, endpoint: '/v1/x' }, 'text/plain')))

  test('in a form, bracketed, repeated and as JSON', async () => {
    const fields: [string, string][][] = [
      [
        ['file_ids[]', 'file-unknown'],
        ['file_ids[]', file],
      ],
      [['tool_resources[code_interpreter][file_ids][0]', file]],
      [['tool_resources', JSON.stringify({ code_interpreter: { file_ids: [file] } })]],
    ]
    for (const pairs of fields) {
      const form = new FormData()
      for (const [name, value] of pairs) form.append(name, value)
      mock.calls.length = 0
      await expectOwned('/assistants', { body: form })
    }
  })

  test('in the query of a realtime session', async () => {
    using database = gateway.database()
    database.run(
      "INSERT INTO vendor_objects VALUES ('call', 'rtc_1', 1, (SELECT id FROM users WHERE username = 'default'), 1, '2026-01-01T00:00:00.000Z', NULL)",
    )
    const headers = {
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    }
    const refused = await ask(stranger, 'GET', '/realtime?call_id=rtc_1', { headers })
    expect([refused.status, await refused.text()]).toEqual([
      404,
      expect.stringContaining("Call with id 'rtc_1' not found"),
    ])
    expect(mock.calls).toEqual([])
  })
})

test('a body that names more objects than can be checked is refused', async () => {
  const refused = await ask(stranger, 'POST', '/vector_stores', json({ file_ids: many(5_001) }))
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('5000')])
})

test('evals over what all users have stored need a key of an admin', async () => {
  for (const type of ['stored_completions', 'responses']) {
    const body = json({ data_source: { type: 'completions', source: { type } } })
    expect((await ask(stranger, 'POST', '/evals/eval_1/runs', body)).status).toBe(403)
    expect((await ask(gateway.adminKey, 'POST', '/evals/eval_1/runs', body)).status).toBe(200)
  }
  expect(mock.calls).toHaveLength(2)
})

test('a model that a key may not use is refused in the JSON of a form', async () => {
  const form = new FormData()
  form.append('sdp', 'v=0\r\n')
  form.append('session', new Blob([JSON.stringify({ type: 'realtime', model: 'gpt-5' })]))
  const refused = await ask(restricted, 'POST', '/realtime/calls', { body: form })
  expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('gpt-5')])
})

describe.each(['text/plain', 'application/octet-stream', 'application/sdp'])('as %s', (type) => {
  test.each([
    ['nested too deeply', `{"a":${'['.repeat(100)}${']'.repeat(100)}}`, 'nested deeper'],
    ['with too many values', `{"a":[${'0,'.repeat(1_000_001)}0]}`, 'values'],
    ['that is not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'UTF-8'],
    ['that is no JSON', 'RIFF', 'must be a JSON object'],
  ])('a body %s is refused', async (_, body, reason) => {
    const init = { body, headers: { 'content-type': type } }
    const refused = await ask(stranger, 'POST', '/assistants', init)
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining(reason)])
    expect(mock.calls).toEqual([])
  })
})

test('a WebRTC offer passes unchanged, and its call belongs to the user who sent it', async () => {
  const offer = 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n'
  const headers = { 'content-type': 'application/sdp' }
  const made = await ask(stranger, 'POST', '/realtime/calls', { body: offer, headers })
  expect(mock.calls[0]).toMatchObject({ path: '/realtime/calls', body: offer })
  expect(mock.calls[0]?.headers.get('content-type')).toBe('application/sdp')
  const call = made.headers.get('location')?.split('/').at(-1)
  expect(call).toStartWith('rtc_')
  const hangup = `/realtime/calls/${call}/hangup`
  expect((await ask(gateway.proxyKey, 'POST', hangup)).status).toBe(404)
  expect((await ask(stranger, 'POST', hangup)).status).toBe(200)
})

test('a response of another user can’t be gone on with: the code is OpenAI’s', async () => {
  const make = { model: 'gpt-4o', input: 'Hi', store: true }
  const made = await ask(gateway.proxyKey, 'POST', '/responses', json(make))
  const { id } = (await made.json()) as { id: string }
  mock.calls.length = 0
  const goOn = json({ model: 'gpt-4o', previous_response_id: id, input: 'Go on' })
  for (const path of ['/responses', '/responses/input_tokens']) {
    const refused = await ask(stranger, 'POST', path, goOn)
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { error: { code: 'previous_response_not_found', param: 'previous_response_id' } },
    ])
  }
  expect(mock.calls).toEqual([])
  const read = await ask(stranger, 'GET', `/responses/${id}`)
  expect([read.status, await read.json()]).toMatchObject([404, { error: { code: null } }])
  await ask(gateway.proxyKey, 'POST', '/responses', goOn)
  expect(mock.calls).toHaveLength(1)
})
