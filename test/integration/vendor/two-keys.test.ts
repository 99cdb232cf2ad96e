/** What a user makes at one of several upstream keys can be used together. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { startVendorMock, type VendorMock } from '../../support/vendors/vendor-mock.ts'
import { waitFor } from '../../support/waiting.ts'

let mocks: VendorMock[]
let gateway: Gateway
let keys: string[]
beforeAll(async () => {
  mocks = [startVendorMock(), startVendorMock()]
  gateway = await startGateway({
    upstreams: mocks.map(({ url }, at) => ({
      name: `vendor-${at}`,
      provider: 'openai',
      baseUrl: url,
    })),
    env: { BATCH_CHECK_SECONDS: '3600' },
  })
  keys = [gateway.proxyKey]
  for (let count = 0; count < 6; count++) {
    await gateway.cli(['user', 'create', `user-${count}`])
    keys.push((await gateway.cli(['key', 'create', `user-${count}`])).stdout.trim())
  }
  const last = keys.at(-1) ?? ''
  await waitFor('the new keys', async () => (await post(last, '/vector_stores', {})).ok || null)
})
afterAll(async () => {
  await gateway.stop()
  await Promise.all(mocks.map((mock) => mock.stop()))
})

async function post(key: string, path: string, body: FormData | object) {
  const isForm = body instanceof FormData
  const reply = await fetch(`${gateway.baseUrl}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      ...(!isForm && { 'content-type': 'application/json' }),
    },
    body: isForm ? body : JSON.stringify(body),
  })
  return {
    ok: reply.ok,
    status: reply.status,
    by: reply.headers.get('x-gpt-proxy-upstream'),
    body: (await reply.json()) as { id: string; error?: { message: string } },
  }
}

function upload(key: string, lines: readonly object[]) {
  const form = new FormData()
  form.append('purpose', 'batch')
  form.append('file', new Blob(lines.map((line) => `${JSON.stringify(line)}\n`)), 'calls.jsonl')
  return post(key, '/files', form)
}

const call = (body: object) => ({ custom_id: '1', method: 'POST', url: '/v1/responses', body })
const naming = (id: string) => call({ input: [{ content: [{ type: 'input_file', file_id: id }] }] })

test('each user’s files and stores are at one key, and users are spread over the keys', async () => {
  const used = new Set<unknown>()
  for (const key of keys) {
    const first = await upload(key, [])
    const second = await upload(key, [naming(first.body.id)])
    const store = await post(key, '/vector_stores', { file_ids: [first.body.id, second.body.id] })
    expect([first.by, second.by, store.by]).toEqual([first.by, first.by, first.by])
    expect([first.status, second.status, store.status]).toEqual([200, 200, 200])
    used.add(first.by)
  }
  expect(used.size).toBe(2)
})

test('a form that is malformed is refused as such, and no other key is blamed for it', async () => {
  const [key = ''] = keys
  const refused = await fetch(`${gateway.baseUrl}/files`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'multipart/form-data; boundary=b',
    },
    body: '--b\r\ncontent-type: text/plain\r\n\r\nx\r\n--b--\r\n',
  })
  expect([refused.status, await refused.text()]).toEqual([
    400,
    expect.stringContaining('a part has no name'),
  ])
})

test('a line of a batch that names an object at another key is refused while it is uploaded', async () => {
  const [key = ''] = keys
  const { by } = await upload(key, [])
  using database = gateway.database()
  const other = by === 'vendor-0' ? 1 : 0
  database.run(
    "INSERT INTO vendor_objects VALUES ('file', 'file-elsewhere', ?, (SELECT id FROM users WHERE username = 'default'), 1, '2026-01-01T00:00:00.000Z', NULL)",
    [other + 1],
  )
  const refused = await upload(key, [call({ input: 'x' }), naming('file-elsewhere')])
  expect(refused.status).toBe(400)
  expect(refused.body.error?.message).toContain(
    `names the file 'file-elsewhere', which is at another upstream key ('vendor-${other}')`,
  )
})
