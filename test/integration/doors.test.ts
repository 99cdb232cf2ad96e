/** The ways in which clients knock that are not OpenAI's own: paths, key headers, web pages, other vendors' routes. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { sendRaw } from '../support/raw-client.ts'

const PAGE = 'https://chat.example'
const BODY = JSON.stringify({ model: 'demo/echo', messages: [{ role: 'user', content: 'Hi' }] })

let gateway: Gateway
beforeAll(async () => {
  gateway = await startGateway({ env: { CORS_ALLOW_ORIGINS: PAGE } })
})
afterAll(async () => {
  await gateway.stop()
})

/** As it is on the wire: `fetch` would tidy the path. */
async function asked(method: string, target: string, headers: Record<string, string>, body = '') {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const client = await sendRaw(
    gateway.port,
    `${method} ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${body.length}\r\n${lines.join('')}\r\n${body}`,
  )
  await client.closed()
  const [head = '', text = ''] = client.received().toString().split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), text }
}
const bearer = () => ({ authorization: `Bearer ${gateway.proxyKey}` })

describe('paths', () => {
  test.each([
    '/v1/chat/completions/',
    '//v1//chat/completions',
    '/v1/v1/chat/completions',
    '/chat/completions',
    '/openai/v1/chat/completions?api-version=preview',
    '/v1/openai/chat/completions',
    '/anthropic/v1/messages',
  ])('POST %s is served', async (path) => {
    expect((await asked('POST', path, bearer(), BODY)).status).toBe(200)
  })

  test('an Azure deployment in the path is the model, whatever the body names', async () => {
    const path = '/openai/deployments/demo%2Fecho/chat/completions?api-version=2024-10-21'
    const messages = [{ role: 'user', content: 'Hi' }]
    for (const body of [{ messages }, { model: 'other', messages }]) {
      const headers = { authorization: '', 'api-key': gateway.proxyKey }
      const { status, text } = await asked('POST', path, headers, JSON.stringify(body))
      expect([status, JSON.parse(text).model]).toEqual([200, 'demo/echo'])
    }
  })

  test('a wrong path is refused with the right address', async () => {
    const { status, text } = await asked('POST', '/v1/chat/completion', bearer(), BODY)
    expect([status, JSON.parse(text).error.message]).toEqual([
      404,
      expect.stringContaining('with /v1 and nothing after it'),
    ])
    for (const path of ['/proxy/v1/chat/completions', '/v1/chat/completions/chat/completions']) {
      const long = await asked('POST', path, bearer(), BODY)
      expect(JSON.parse(long.text).error.message).toContain('The route is /v1/chat/completions.')
    }
    const deep = await asked('POST', '/proxy/v1/messages', bearer(), BODY)
    expect(JSON.parse(deep.text).error.message).toContain('for Anthropic clients is this address')
    const other = await asked('GET', '/v1/embeddings', bearer())
    expect(JSON.parse(other.text).error.message).toContain('This path takes POST.')
  })

  test.each([
    '/v1/models/..%2Ffiles',
    '/v1/models/%2e%2e',
    '/v1/../metrics',
    '/v1/models/%252e%252e',
  ])('GET %s is refused', async (path) => {
    const { status, text } = await asked('GET', path, bearer())
    expect([status, text]).toEqual([404, expect.stringContaining('is never served')])
  })
})

describe('keys', () => {
  test.each(['api-key', 'x-api-key'])('one in %s is accepted, a wrong one is not', async (name) => {
    expect((await asked('GET', '/v1/models', { [name]: gateway.proxyKey })).status).toBe(200)
    expect((await asked('GET', '/v1/models', { [name]: 'sk-proxy-wrong' })).status).toBe(401)
  })
})

describe('web pages', () => {
  test('one that is allowed gets its preflight and can read the reply', async () => {
    const preflight = await asked('OPTIONS', '/v1/chat/completions', {
      origin: PAGE,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    })
    expect(preflight.status).toBe(204)
    expect(preflight.head).not.toContain('content-length')
    expect(preflight.head).toContain('access-control-allow-headers: authorization,content-type')
    for (const headers of [bearer(), { authorization: 'Bearer wrong' }]) {
      const { head } = await asked('GET', '/v1/models', { origin: PAGE, ...headers })
      expect(head).toContain(`access-control-allow-origin: ${PAGE}`)
    }
  })

  test('another one gets neither', async () => {
    const origin = 'https://evil.example'
    const headers = { origin, 'access-control-request-method': 'POST' }
    const preflight = await asked('OPTIONS', '/v1/chat/completions', headers)
    expect([preflight.status, preflight.head.includes('access-control')]).toEqual([404, false])
    const { head } = await asked('GET', '/v1/models', { origin, ...bearer() })
    expect(head).not.toContain('access-control')
  })
})

describe('routes of other vendors', () => {
  test.each([
    ['POST', '/v1/complete', { type: 'error' }],
    ['POST', '/api/chat', { error: expect.stringContaining('Ollama') }],
    ['POST', '/v2/chat', { message: expect.stringContaining('Cohere') }],
    ['GET', '/v1/organization/users', { error: { code: 'not_served' } }],
  ])("%s %s is a 400 in that vendor's form", async (method, path, form) => {
    const { status, text } = await asked(method, path, bearer(), method === 'GET' ? '' : '{}')
    expect(status).toBe(400)
    expect(JSON.parse(text)).toMatchObject(form)
  })
})

test('a body that is not UTF-8 is refused, not garbled', async () => {
  const response = await fetch(`${gateway.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: bearer(),
    body: Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xc4, 0xe3]), Buffer.from('"}')]),
  })
  const { error } = (await response.json()) as { error: { message: string } }
  expect([response.status, error.message]).toEqual([400, expect.stringContaining('UTF-8')])
})
