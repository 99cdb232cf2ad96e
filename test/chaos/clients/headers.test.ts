/** Which headers cross the gateway, in both directions: only those that are meant to. */
import { afterAll, describe, expect, test } from 'bun:test'
import {
  chatChunks,
  chatCompletion,
  jsonReply,
  sseReply,
} from '../../support/mock/mock-upstream.ts'
import { postText, sendRaw } from '../../support/raw-client.ts'
import { ask, BOTH, QUESTION } from '../asking.ts'
import { secretOf, since, startRig } from '../rig.ts'

const rig = await startRig({ models: { plain: 1 } })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
const TO_UPSTREAM = [
  'accept',
  'accept-encoding',
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'host',
  'user-agent',
  'x-gpt-proxy-via',
]
const FROM_CLIENT = {
  'openai-organization': 'org-CANARY',
  'openai-project': 'CANARY',
  'x-stainless-lang': 'CANARY',
  cookie: 'CANARY=1',
  'x-forwarded-for': '9.9.9.9',
  'x-api-key': 'CANARY',
  'api-key': 'CANARY',
  'user-agent': 'CANARY',
  'accept-encoding': 'gzip, br',
  'x-custom': 'CANARY',
  referer: 'CANARY',
  te: 'trailers',
  'keep-alive': 'timeout=99',
  'proxy-authorization': 'Basic CANARY',
  connection: 'x-custom, authorization, content-length',
}

test.each(BOTH)(
  'of the client only what is named in our list is sent on (%s)',
  async (_, stream) => {
    mock.script(() =>
      stream ? sseReply(chatChunks('hello')) : jsonReply(200, chatCompletion('hello')),
    )
    const from = mock.ledger.length
    const body = JSON.stringify({ model: 'plain', messages: QUESTION, stream })
    const client = await sendRaw(gateway.port, postText(gateway.proxyKey, body, FROM_CLIENT))
    expect((await client.reply()).status).toBe(200)
    const [exchange] = since(mock, from)
    expect(exchange?.rawHead).not.toContain('CANARY')
    expect(exchange?.rawHead).not.toContain(gateway.proxyKey)
    expect(
      Object.keys(exchange?.headers ?? {}).filter((name) => !TO_UPSTREAM.includes(name)),
    ).toEqual([])
    expect(exchange?.headers.authorization).toBe(`Bearer ${secretOf('plain-1')}`)
    expect(exchange?.headers['accept-encoding']).toBe('identity')
    client.end()
  },
)

const FROM_UPSTREAM = {
  'set-cookie': 'CANARY=1',
  'x-custom': 'CANARY',
  server: 'CANARY',
  'access-control-allow-origin': 'CANARY',
  'x-ratelimit-remaining-requests': 'CANARY',
  'openai-organization': 'CANARY',
  'cf-ray': 'CANARY',
  location: 'http://CANARY/',
  'www-authenticate': 'CANARY',
  'alt-svc': 'h3="CANARY:443"',
  'openai-processing-ms': '42',
  'x-request-id': 'req_of_the_upstream',
}

describe.each(BOTH)('of the upstream (%s)', (_, stream) => {
  test('only allow-listed headers are passed on', async () => {
    mock.script(() =>
      stream
        ? sseReply(chatChunks('hello'), { headers: FROM_UPSTREAM })
        : jsonReply(200, chatCompletion('hello'), FROM_UPSTREAM),
    )
    const answer = await ask(gateway, 'plain', { stream })
    expect(JSON.stringify([...answer.headers])).not.toContain('CANARY')
    expect(answer.headers.get('openai-processing-ms')).toBe('42')
    expect(answer.headers.get('x-gpt-proxy-upstream-request-id')).toBe('req_of_the_upstream')
    expect(answer.headers.get('x-request-id')).toStartWith('req_')
    expect(answer.headers.get('x-request-id')).not.toBe('req_of_the_upstream')
    expect(answer.headers.get('x-gpt-proxy-upstream')).toBe('plain-1')
    expect(Number(answer.headers.get('x-gpt-proxy-overhead-ms'))).toBeGreaterThanOrEqual(0)
    if (!stream) return
    expect(answer.headers.get('content-type')).toStartWith('text/event-stream')
    expect(answer.headers.get('cache-control')).toBe('no-cache')
    expect(answer.headers.get('x-accel-buffering')).toBe('no')
  })

  test('none passes with an error', async () => {
    mock.script(() =>
      jsonReply(400, { error: { message: 'no', type: 'invalid_request_error' } }, FROM_UPSTREAM),
    )
    const answer = await ask(gateway, 'plain', { stream })
    expect(answer.status).toBe(400)
    expect(JSON.stringify([...answer.headers])).not.toContain('CANARY')
  })
})

test.each([
  ['line feed', 'plain\nX-Injected: 1'],
  ['carriage return', 'plain\r\nX-Injected: 1'],
  ['NUL', 'plain\u0000'],
  ['escape', 'plain\u001b[31m'],
  ['delete', 'plain\u007f'],
])('a model with a %s in its name is refused', async (_, model) => {
  const from = mock.ledger.length
  const answer = await ask(gateway, model)
  expect(answer.status).toBe(400)
  expect(answer.error()).toMatchObject({ code: 'invalid_request', param: 'model' })
  expect(since(mock, from)).toHaveLength(0)
  expect(gateway.logs()).not.toContain('\nX-Injected')
})

test.each(['sk-proxy-a\nX-Injected: 1', 'sk-proxy-a\r\nX-Injected: 1'])(
  'a key that contains a line end is not a key (%j)',
  async (key) => {
    const from = mock.ledger.length
    const client = await sendRaw(
      gateway.port,
      postText(key, JSON.stringify({ model: 'plain', messages: QUESTION })),
    )
    const reply = await client.reply()
    expect([400, 401]).toContain(reply.status)
    expect(reply.head).not.toContain('X-Injected')
    expect(since(mock, from)).toHaveLength(0)
    client.end()
  },
)

describe.each(['\r\n', '\r'])('what an operator enters with %j in it', (end) => {
  const SECRET = 'sk-operator-secret'
  const INJECTED = `${end}X-Injected: 1`
  const AZURE = ['--provider', 'azure', '--base-url', 'https://eu.openai.azure.com']
  const COMPATIBLE = ['--provider', 'compatible', '--base-url', mock.url]

  test.each([
    ['a name', [...COMPATIBLE], 'invalid upstream key name'],
    ['a secret', [...COMPATIBLE], /a quote or a line break|2 keys were given/],
    ['a model', [...COMPATIBLE, '--model', `gpt${INJECTED}`], /invalid model|is no model name/],
    ['a base URL', [...COMPATIBLE, '--base-url', `${mock.url}${INJECTED}`], 'a line break'],
    ['a deployment', [...AZURE, '--deployment', `m=mine${INJECTED}`], 'its deployment'],
    [
      'a version',
      [...AZURE, '--deployment', 'm=mine', '--api-version', `2024-10-21${INJECTED}`],
      /invalid API version|is no API version|api version/i,
    ],
  ])('is refused as %s', async (what, options, reason) => {
    const name = what === 'a name' ? `bad${INJECTED}` : 'bad'
    const stdin = what === 'a secret' ? `${SECRET}${INJECTED}` : SECRET
    const { exitCode, stderr } = await gateway.cli(['upstream', 'add', name, ...options], { stdin })
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(reason)
    expect(stderr).not.toContain('\nX-Injected')
  })

  test('none of it was stored', async () => {
    expect((await gateway.cli(['upstream', 'list', '--json'])).stdout).not.toContain('bad')
  })
})
