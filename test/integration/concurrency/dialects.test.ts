/** How a full cap is reported in each wire format: the status, the error's own form, and when to come back. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { type MockUpstream, startMockUpstream } from '../../support/mock/mock-upstream.ts'
import { waitFor } from '../../support/waiting.ts'

const EVENT =
  'data: {"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n'

let mock: MockUpstream
let gateway: Gateway
let capped: string
const gone = new AbortController()
/** A response that is no longer referenced may be collected, which ends its request. */
const held: Response[] = []

beforeAll(async () => {
  mock = await startMockUpstream()
  mock.script(() => [{ write: HEAD + EVENT }, 'stall'])
  gateway = await startGateway({
    upstreams: [
      { name: 'roomy', provider: 'compatible', baseUrl: mock.url, models: ['m'] },
      { name: 'narrow', provider: 'compatible', baseUrl: mock.url, models: ['n'] },
    ],
  })
  await gateway.cli(['upstream', 'update', 'narrow', '--max-in-flight', '1'])
  const made = await gateway.cli(['key', 'create', 'default', '--max-in-flight', '1'])
  capped = made.stdout.trim()
  const stream = { stream: true, messages: [{ role: 'user', content: 'Hi' }] }
  const hold = async (model: string, key: string) => {
    const headers = { authorization: `Bearer ${key}` }
    const init = { headers, signal: gone.signal }
    const response = await gateway.chat({ model, ...stream }, init)
    held.push(response)
    return response.status === 200
  }
  await waitFor('a request of the capped key', () => hold('m', capped))
  await waitFor('a request at the narrow upstream', () => hold('n', gateway.proxyKey))
}, 60_000)
afterAll(async () => {
  gone.abort()
  mock.dropConnections()
  await gateway.stop()
  await mock.close()
}, 60_000)

const message = [{ role: 'user', content: 'Hi' }]
const gemini = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }
const DIALECTS = [
  ['chat', '/v1/chat/completions', (model: string) => ({ model, messages: message })],
  ['responses', '/v1/responses', (model: string) => ({ model, input: 'Hi' })],
  ['messages', '/v1/messages', (model: string) => ({ model, max_tokens: 9, messages: message })],
  ['gemini', '/v1beta/models/MODEL:generateContent', () => gemini],
] as const

describe.each(DIALECTS)('in %s', (dialect, path, bodyOf) => {
  const ask = (model: string, key: string) =>
    fetch(gateway.origin + path.replace('MODEL', model), {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(bodyOf(model)),
    })
  const KINDS: Record<string, readonly [client: string, upstream: string]> = {
    chat: ['rate_limit_error', 'server_error'],
    responses: ['rate_limit_error', 'server_error'],
    messages: ['rate_limit_error', 'overloaded_error'],
    gemini: ['RESOURCE_EXHAUSTED', 'UNAVAILABLE'],
  }
  const CASES = [
    ['a key that has all of its requests in flight', 'm', true, 429],
    ['an upstream key that has all of its requests in flight', 'n', false, 503],
  ] as const

  test.each(CASES)('%s is refused with the time to come back', async (_, model, isKey, status) => {
    const response = await ask(model, isKey ? capped : gateway.proxyKey)
    // As Anthropic says that it is overloaded.
    expect(response.status).toBe(status === 503 && dialect === 'messages' ? 529 : status)
    expect(response.headers.get('retry-after')).toBe('1')
    const { error } = (await response.json()) as { error: Record<string, unknown> }
    expect(String(error.message)).toContain('in flight')
    const kind = KINDS[dialect]?.[isKey ? 0 : 1]
    expect(dialect === 'gemini' ? error.status : error.type).toBe(kind)
  })
})
