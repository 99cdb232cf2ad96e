/** Objects and models of another user in the lines of a batch, and models that another user had trained. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { startVendorMock, type VendorMock } from '../../support/vendors/vendor-mock.ts'
import { waitFor } from '../../support/waiting.ts'

const TRAINED = 'ft:gpt-4o:org::mine'

let mock: VendorMock
let gateway: Gateway
let stranger: string
/** A file of the first user. */
let file: string
beforeAll(async () => {
  mock = startVendorMock()
  gateway = await startGateway({
    upstreams: [{ name: 'vendor', provider: 'openai', baseUrl: mock.url }],
    env: { BATCH_CHECK_SECONDS: '3600' },
  })
  await gateway.cli(['user', 'create', 'stranger'])
  stranger = (await gateway.cli(['key', 'create', 'stranger'])).stdout.trim()
  await waitFor('the new key', async () => (await ask(stranger, 'GET', '/models')).ok || null)
  file = (await upload(gateway.proxyKey, [])).id
  using database = gateway.database()
  database.run(
    "INSERT INTO vendor_objects VALUES ('model', ?, 1, (SELECT id FROM users WHERE username = 'default'), 1, '2026-01-01T00:00:00.000Z', NULL)",
    [TRAINED],
  )
})
afterAll(async () => {
  await gateway.stop()
  await mock.stop()
})
beforeEach(() => {
  mock.calls.length = 0
})

async function ask(key: string, method: string, path: string, body?: FormData | object) {
  const isForm = body instanceof FormData
  const reply = await fetch(`${gateway.baseUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
  })
  const text = await reply.text()
  return { ok: reply.ok, status: reply.status, text }
}

const call = (body: object) => ({ custom_id: '1', method: 'POST', url: '/v1/responses', body })

/** As the Node client does, with the file before its purpose. */
function form(lines: readonly object[], purpose = 'batch', order = ['file', 'purpose']): FormData {
  const made = new FormData()
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  for (const name of order)
    if (name === 'file') made.append('file', new Blob([text]), 'calls.jsonl')
    else made.append('purpose', purpose)
  return made
}

async function upload(key: string, lines: readonly object[]) {
  return JSON.parse((await ask(key, 'POST', '/files', form(lines))).text) as { id: string }
}

const calls = () => mock.calls.map(({ method, path }) => `${method} ${path}`)
const batchOf = (id: string) => ({
  input_file_id: id,
  endpoint: '/v1/responses',
  completion_window: '24h',
})

describe('a line of a batch that names what belongs to another user', () => {
  const foreign = () =>
    [
      [
        'a file',
        { input: [{ content: [{ type: 'input_file', file_id: file }] }] },
        `File with id '${file}' not found`,
      ],
      ['a model', { model: TRAINED }, 'there is no model'],
      ['a step of a model', { model: `${TRAINED}:ckpt-step-9` }, 'there is no model'],
    ] as const

  test('is refused while the file is uploaded, and the vendor gets no whole form', async () => {
    for (const [, body, reason] of foreign())
      for (const order of [
        ['file', 'purpose'],
        ['purpose', 'file'],
      ]) {
        const lines = [call({ input: 'x' }), call(body), call({ input: 'y' })]
        const refused = await ask(stranger, 'POST', '/files', form(lines, 'batch', order))
        expect([refused.status, refused.text]).toEqual([404, expect.stringContaining(reason)])
      }
    expect(calls()).toEqual([])
    // The vendor is not blamed for it.
    expect((await ask(stranger, 'POST', '/files', form([call({ input: 'x' })]))).status).toBe(200)
  })

  test("passes for its owner, and in a file that isn't a batch", async () => {
    for (const [, body] of foreign())
      expect((await ask(gateway.proxyKey, 'POST', '/files', form([call(body)]))).status).toBe(200)
    const [, body] = foreign()[0]
    const other = form([call(body)], 'user_data')
    expect((await ask(stranger, 'POST', '/files', other)).status).toBe(200)
  })

  test('is found in a file that was put together from parts, when a batch is made of it', async () => {
    for (const [at, [, body, reason]] of foreign().entries()) {
      const made = `file-parts-${at}`
      mock.objects.set(made, {
        id: made,
        object: 'file',
        content: `${JSON.stringify(call(body))}\n`,
      })
      using database = gateway.database()
      database.run(
        "INSERT INTO vendor_objects VALUES ('file', ?, 1, (SELECT id FROM users WHERE username = 'stranger'), 2, '2026-01-01T00:00:00.000Z', NULL)",
        [made],
      )
      mock.calls.length = 0
      const refused = await ask(stranger, 'POST', '/batches', batchOf(made))
      expect([refused.status, refused.text]).toEqual([404, expect.stringContaining(reason)])
      expect(calls()).toEqual([`GET /files/${made}/content`])
    }
  })
})

test('a file that was checked while it was uploaded is not read again', async () => {
  const { id } = await upload(stranger, [call({ input: 'x' })])
  mock.calls.length = 0
  expect((await ask(stranger, 'POST', '/batches', batchOf(id))).status).toBe(200)
  expect(calls()).toEqual(['POST /batches'])
})

describe('a model that a user had trained', () => {
  const chat = (model: string) => ({ model, messages: [{ role: 'user', content: 'Hello' }] })

  test('is not there for another user', async () => {
    for (const model of [TRAINED, `${TRAINED}:ckpt-step-9`]) {
      const refused = await ask(stranger, 'POST', '/chat/completions', chat(model))
      expect([refused.status, refused.text]).toEqual([404, expect.stringContaining(model)])
      expect((await ask(stranger, 'GET', `/models/${model}`)).status).toBe(404)
    }
    expect((await ask(gateway.proxyKey, 'POST', '/chat/completions', chat(TRAINED))).status).toBe(
      200,
    )
    expect(calls().filter((line) => line.startsWith('POST'))).toEqual(['POST /chat/completions'])
  })

  test('of unknown owner is used as before', async () => {
    const used = await ask(stranger, 'POST', '/chat/completions', chat('ft:gpt-4o:org::elsewhere'))
    expect(used.status).toBe(200)
  })

  test('is for all once an operator defines a model with it', async () => {
    await gateway.cli(['model', 'set', TRAINED, '--target', TRAINED])
    await waitFor(
      'the definition',
      async () => (await ask(stranger, 'POST', '/chat/completions', chat(TRAINED))).ok || null,
    )
  })
})
