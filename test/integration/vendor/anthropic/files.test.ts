/** Anthropic's files, which share their paths with OpenAI's: the client's headers decide. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { type Gateway, startGateway } from '../../../support/gateway.ts'
import { startVendorMock, type VendorMock } from '../../../support/vendors/vendor-mock.ts'
import { waitFor } from '../../../support/waiting.ts'

interface Call {
  line: string
  beta: string | null
  body: string
}

/** Keeps files in memory. */
function startAnthropicMock() {
  const files = new Map<string, { metadata: Record<string, unknown>; content: string }>()
  const calls: Call[] = []
  const missing = () =>
    Response.json(
      { type: 'error', error: { type: 'not_found_error', message: 'no such file' } },
      { status: 404 },
    )
  const upload = (body: string) => {
    const id = `file_${files.size + 1}`
    const metadata = { id, type: 'file', filename: 'a.txt', mime_type: 'text/plain' }
    files.set(id, { metadata, content: /\r\n\r\n([^\r]*)/.exec(body)?.[1] ?? '' })
    return Response.json(metadata)
  }
  const answer = (method: string, path: string, body: string): Response => {
    const [, , kind, id, rest] = path.split('/')
    if (kind === 'messages') return Response.json({ id: 'msg_1', type: 'message', content: [] })
    if (kind !== 'files') return Response.json({ data: [] })
    const data = [...files.values()].map(({ metadata }) => metadata)
    if (id === undefined)
      return method === 'POST' ? upload(body) : Response.json({ data, has_more: false })
    const file = files.get(id)
    if (file === undefined) return missing()
    if (method === 'DELETE') {
      files.delete(id)
      return Response.json({ id, type: 'file_deleted' })
    }
    return rest === 'content' ? new Response(file.content) : Response.json(file.metadata)
  }
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { pathname } = new URL(request.url)
      const body = await request.text()
      const beta = request.headers.get('anthropic-beta')
      calls.push({ line: `${request.method} ${pathname}`, beta, body })
      return answer(request.method, pathname, body)
    },
  })
  return { url: `http://127.0.0.1:${server.port}`, calls, stop: () => server.stop(true) }
}

let anthropic: ReturnType<typeof startAnthropicMock>
let openai: VendorMock
let gateway: Gateway
let owner: Anthropic
let stranger: Anthropic

beforeAll(async () => {
  anthropic = startAnthropicMock()
  openai = startVendorMock()
  gateway = await startGateway({
    upstreams: [
      { name: 'openai', provider: 'openai', baseUrl: openai.url },
      { name: 'claude', provider: 'anthropic', baseUrl: anthropic.url, models: ['claude-mock'] },
    ],
  })
  await gateway.cli(['user', 'create', 'stranger'])
  const other = (await gateway.cli(['key', 'create', 'stranger'])).stdout.trim()
  owner = clientOf(gateway.proxyKey)
  stranger = clientOf(other)
  await waitFor('the new key', () =>
    stranger.beta.files.list().then(
      () => true,
      () => null,
    ),
  )
})
afterAll(async () => {
  await gateway.stop()
  await anthropic.stop()
  await openai.stop()
})
beforeEach(() => {
  anthropic.calls.length = 0
  openai.calls.length = 0
})

function clientOf(apiKey: string): Anthropic {
  return new Anthropic({ baseURL: `http://127.0.0.1:${gateway.port}`, apiKey, maxRetries: 0 })
}

const statusOf = (call: PromiseLike<unknown>) =>
  Promise.resolve(call).then(
    () => 200,
    ({ status }: { status: number }) => status,
  )

test('the official client uploads, lists, reads and deletes its files', async () => {
  const file = new File(['hello'], 'a.txt', { type: 'text/plain' })
  const { id } = await owner.beta.files.upload({ file, betas: ['files-api-2025-04-14'] })
  expect(anthropic.calls.at(-1)?.line).toBe('POST /v1/files')
  expect(anthropic.calls.at(-1)?.beta).toContain('files-api')
  const listed = await owner.beta.files.list()
  expect(listed.data.map((each) => each.id)).toEqual([id])
  expect((await owner.beta.files.retrieveMetadata(id)).filename).toBe('a.txt')
  expect(await (await owner.beta.files.download(id)).text()).toBe('hello')
  expect((await owner.beta.files.delete(id)).id).toBe(id)
  expect(await statusOf(owner.beta.files.retrieveMetadata(id))).toBe(404)
  expect(openai.calls.filter(({ path }) => path.startsWith('/files'))).toEqual([])
})

test('a file of another user is not there, by any call', async () => {
  const file = new File(['secret'], 'a.txt', { type: 'text/plain' })
  const { id } = await owner.beta.files.upload({ file })
  anthropic.calls.length = 0
  const message = {
    model: 'claude-mock',
    max_tokens: 9,
    messages: [
      {
        role: 'user' as const,
        content: [{ type: 'document' as const, source: { type: 'file' as const, file_id: id } }],
      },
    ],
  }
  const calls = [
    stranger.beta.files.retrieveMetadata(id),
    stranger.beta.files.download(id),
    stranger.beta.files.delete(id),
    stranger.beta.messages.create(message),
  ]
  expect(await Promise.all(calls.map(statusOf))).toEqual([404, 404, 404, 404])
  expect(anthropic.calls).toEqual([])
  expect((await stranger.beta.files.list()).data).toEqual([])
  expect(await statusOf(owner.beta.messages.create(message))).toBe(200)
})

test('a client of OpenAI reaches OpenAI at the same paths', async () => {
  const headers = { authorization: `Bearer ${gateway.proxyKey}` }
  await fetch(`${gateway.baseUrl}/files`, { headers })
  expect(openai.calls.some(({ method, path }) => method === 'GET' && path === '/files')).toBe(true)
  expect(anthropic.calls.filter(({ line }) => line.endsWith('/files'))).toEqual([])
})
