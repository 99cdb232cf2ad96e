/** Objects after their upstream key got another secret, or was removed and added again; and ids that two vendors gave. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { startVendorMock, type VendorMock } from '../../support/vendors/vendor-mock.ts'
import { waitFor } from '../../support/waiting.ts'

const SECRET = 'sk-replaced-7Qm2xYb9KcT4vRz8LpWd'

let openai: VendorMock
let anthropic: VendorMock
let gateway: Gateway
beforeAll(async () => {
  openai = startVendorMock()
  anthropic = startVendorMock()
  gateway = await startGateway({
    upstreams: [
      { name: 'openai', provider: 'openai', baseUrl: openai.url },
      { name: 'claude', provider: 'anthropic', baseUrl: `${anthropic.url}/claude` },
    ],
    env: { BATCH_CHECK_SECONDS: '3600' },
  })
})
afterAll(async () => {
  await gateway.stop()
  await Promise.all([openai.stop(), anthropic.stop()])
})
beforeEach(() => {
  openai.calls.length = 0
  anthropic.calls.length = 0
})

const CLAUDE = { 'anthropic-version': '2023-06-01' }

async function ask(path: string, init: RequestInit = {}) {
  const headers = { authorization: `Bearer ${gateway.proxyKey}`, ...init.headers }
  const reply = await fetch(`${gateway.baseUrl}${path}`, { ...init, headers })
  return { status: reply.status, text: await reply.text() }
}

async function upload(): Promise<string> {
  const form = new FormData()
  form.append('purpose', 'assistants')
  form.append('file', new Blob(['x']), 'a.txt')
  const { text } = await ask('/files', { method: 'POST', body: form })
  return (JSON.parse(text) as { id: string }).id
}

/** Null while there is no key. */
async function listed(): Promise<string[] | null> {
  const { status, text } = await ask('/files')
  return status === 200 ? JSON.parse(text).data.map(({ id }: { id: string }) => id) : null
}

async function command(args: string[], stdin?: string): Promise<void> {
  const { exitCode, stderr } = await gateway.cli(args, stdin === undefined ? {} : { stdin })
  expect(`${exitCode} ${exitCode === 0 ? '' : stderr}`).toBe('0 ')
}

/** Changes of keys arrive a little later. */
const becomes = (id: string, status: number) =>
  waitFor(
    `${id} to be ${status}`,
    async () => (await ask(`/files/${id}`)).status === status || null,
  )

test('objects stay where they are while their key changes', async () => {
  const id = await upload()
  await command(['upstream', 'update', 'openai', '--key-stdin'], SECRET)
  await waitFor('the new secret', async () => {
    const { status } = await ask(`/files/${id}`)
    expect(status).toBe(200)
    return openai.calls.at(-1)?.headers.get('authorization') === `Bearer ${SECRET}` || null
  })
  await command(['upstream', 'remove', 'openai'])
  await becomes(id, 410)
  expect((await ask(`/files/${id}`)).text).toContain('ask an administrator to add that key again')
  const again = ['upstream', 'add', 'renamed', '--provider', 'openai', '--base-url', openai.url]
  await command(again, SECRET)
  await becomes(id, 200)
  expect(await listed()).toEqual([id])
  // What a key of another account made is not in this one's.
  await command(['upstream', 'remove', 'renamed'])
  await becomes(id, 410)
  await command(again, `${SECRET}-of-another-account`)
  expect(await waitFor('a key', listed)).toEqual([])
  expect((await ask(`/files/${id}`)).status).toBe(410)
  await command(['upstream', 'remove', 'renamed'])
  await command(again, SECRET)
  await becomes(id, 200)
})

test('an id that two vendors gave is the object of the vendor whose API is spoken', async () => {
  const id = await upload()
  using database = gateway.database()
  database
    .query(
      "INSERT INTO vendor_objects SELECT 'file', ?, 2, user_id, 1, '2099-01-01T00:00:00.000Z', NULL FROM vendor_objects WHERE object_id = ?",
    )
    .run(id, id)
  openai.calls.length = 0
  await ask(`/files/${id}`)
  expect(openai.calls.at(-1)?.path).toBe(`/files/${id}`)
  expect(anthropic.calls.filter(({ path }) => path.includes(id))).toEqual([])
  openai.calls.length = 0
  await ask(`/files/${id}`, { headers: CLAUDE })
  expect(anthropic.calls.at(-1)?.path).toBe(`/claude/v1/files/${id}`)
  expect(openai.calls.filter(({ path }) => path.includes(id))).toEqual([])
})

test('an id that one user has at a vendor does not open another user’s at a second one', async () => {
  const id = await upload()
  using database = gateway.database()
  const row =
    "INSERT INTO vendor_objects VALUES ('file', ?, 2, 999, 999, '2026-01-01T00:00:00.000Z', NULL)"
  database.query(row).run(id)
  expect((await ask(`/files/${id}`, { headers: CLAUDE })).status).toBe(404)
  expect(anthropic.calls.filter(({ path }) => path.includes(id))).toEqual([])
  expect((await ask(`/files/${id}`)).status).toBe(200)
})
