/** What clients may do with HTTP: old versions, HEAD, pipelining, Expect, and bodies of every size. */
import { afterAll, describe, expect, test } from 'bun:test'
import {
  chatChunks,
  chatCompletion,
  jsonReply,
  sseReply,
} from '../../support/mock/mock-upstream.ts'
import { connectRaw, postText, sendRaw } from '../../support/raw-client.ts'
import { waitFor } from '../../support/waiting.ts'
import { QUESTION } from '../asking.ts'
import { since, startRig } from '../rig.ts'

const MAX_BYTES = 256 * 1024
const rig = await startRig({ models: { plain: 1 }, env: { MAX_BODY_BYTES: String(MAX_BYTES) } })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
mock.script(() => jsonReply(200, chatCompletion('hello')))
const BODY = JSON.stringify({ model: 'plain', messages: QUESTION })
const request = (body = BODY, headers: Record<string, string> = {}) =>
  postText(gateway.proxyKey, body, headers)

test('HTTP/1.0 gets a whole reply and a closed connection', async () => {
  const client = await sendRaw(gateway.port, request().replace('HTTP/1.1', 'HTTP/1.0'))
  await client.closed()
  const [reply] = client.replies()
  expect(reply?.status).toBe(200)
  expect(reply?.body.toString()).toContain('hello')
})

test('HTTP/1.0 gets a stream that no chunk sizes are mixed into', async () => {
  mock.script(() => sseReply(chatChunks('hello')))
  const body = JSON.stringify({ model: 'plain', messages: QUESTION, stream: true })
  const client = await sendRaw(gateway.port, request(body).replace('HTTP/1.1', 'HTTP/1.0'))
  await client.closed()
  mock.script(() => jsonReply(200, chatCompletion('hello')))
  const text = client.received().toString()
  expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toStartWith('data: ')
  expect(text).toEndWith('data: [DONE]\n\n')
})

test.each(['/livez', '/v1/models', '/v1/models/plain'])('HEAD %s has no body', async (path) => {
  const head = `HEAD ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.proxyKey}\r\n\r\n`
  const client = await sendRaw(gateway.port, head + head)
  await waitFor('two heads', () => client.received().toString().split('\r\n\r\n').length === 3)
  const text = client.received().toString()
  expect(text.match(/^HTTP\/1\.1 200/gm)).toHaveLength(2)
  expect(text).not.toContain('{')
  client.end()
})

test('an absolute URL is accepted in place of the path', async () => {
  const client = await sendRaw(
    gateway.port,
    request(BODY).replace('POST /v1', 'POST http://gateway.example/v1'),
  )
  expect((await client.reply()).status).toBe(200)
  client.end()
})

test('a trailing slash does not change the list of models', async () => {
  const response = await fetch(`${gateway.baseUrl}/models/`, {
    headers: { authorization: `Bearer ${gateway.proxyKey}` },
  })
  expect(response.status).toBe(200)
})

describe('pipelined requests', () => {
  test('are answered one after the other, in their order', async () => {
    const from = mock.ledger.length
    mock.script(({ index }) => [
      { waitMs: 60 },
      ...jsonReply(200, chatCompletion(`answer ${index - from}`)),
    ])
    const client = await sendRaw(gateway.port, request(BODY).repeat(3))
    await waitFor('three replies', () => client.replies().length === 3)
    const answers = client.replies().map(({ body }) => /answer \d/.exec(body.toString())?.[0])
    expect(answers).toEqual(['answer 0', 'answer 1', 'answer 2'])
    const asked = since(mock, from)
    expect(asked).toHaveLength(3)
    client.end()
  })

  test('after a refused one are answered too, unless its body is missing', async () => {
    mock.script(() => jsonReply(200, chatCompletion('hello')))
    const unknown = postText('sk-proxy-unknown', BODY)
    const client = await sendRaw(gateway.port, unknown + request(BODY))
    await waitFor('two replies', () => client.replies().length === 2)
    expect(client.replies().map(({ status }) => status)).toEqual([401, 200])
    client.end()
  })

  test('by the thousand are not read before those in front are answered', async () => {
    const from = mock.ledger.length
    mock.script(() => ['stall'])
    const client = await sendRaw(gateway.port, request(BODY).repeat(2_000))
    await mock.exchangeArrived(from)
    mock.script(() => jsonReply(200, chatCompletion('hello')))
    // So the gateway has had many turns in which it could have read on.
    const others = 20
    for (let other = 0; other < others; other++)
      expect((await gateway.chat(JSON.parse(BODY))).status).toBe(200)
    expect(since(mock, from)).toHaveLength(1 + others)
    client.reset()
  })
})

test('a client that waits for 100-continue gets it', async () => {
  const client = await connectRaw(gateway.port)
  const [head = ''] = request(BODY, { expect: '100-continue' }).split('\r\n\r\n')
  client.write(`${head}\r\n\r\n`)
  await waitFor(
    '100 Continue',
    () => client.received().toString().startsWith('HTTP/1.1 100 '),
    2_000,
  )
  client.write(BODY)
  expect((await client.reply()).status).toBe(200)
  client.end()
})

function bodyOf(bytes: number): string {
  const empty = JSON.stringify({ model: 'plain', messages: [{ role: 'user', content: '' }] })
  return empty.replace('""', `"${'x'.repeat(bytes - empty.length)}"`)
}

const chunked = (body: string) =>
  request('', { 'transfer-encoding': 'chunked' })
    .replace(/content-length: 0\r\n/, '')
    .concat(
      body
        .match(/[\s\S]{1,8192}/g)
        ?.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`)
        .join('') ?? '',
    )

describe('the size of a body', () => {
  test.each([
    ['with a length', (body: string) => request(body)],
    ['in chunks', (body: string) => `${chunked(body)}0\r\n\r\n`],
  ])('at the limit is accepted (%s)', async (_, write) => {
    const from = mock.ledger.length
    const client = await sendRaw(gateway.port, write(bodyOf(MAX_BYTES)))
    expect((await client.reply()).status).toBe(200)
    expect(since(mock, from)[0]?.body).toHaveLength(MAX_BYTES)
    client.end()
  })

  test('one byte over is refused before a byte of it was sent', async () => {
    const from = mock.ledger.length
    const [head] = request(bodyOf(MAX_BYTES + 1)).split('\r\n\r\n')
    const client = await sendRaw(gateway.port, `${head}\r\n\r\n`)
    const reply = await client.reply()
    expect(reply.status).toBe(413)
    expect(reply.headers.connection).toBe('close')
    expect(JSON.parse(reply.body.toString())).toMatchObject({
      error: { code: 'request_too_large' },
    })
    await client.closed()
    expect(since(mock, from)).toHaveLength(0)
  })

  test.each([10, 1_000])('%p times over is refused before a byte of it was sent', async (times) => {
    const head = request('').replace('content-length: 0', `content-length: ${MAX_BYTES * times}`)
    const client = await sendRaw(gateway.port, head)
    const reply = await client.reply()
    expect(reply.status).toBe(413)
    expect(JSON.parse(reply.body.toString())).toMatchObject({
      error: { code: 'request_too_large' },
    })
    await client.closed()
  })

  test('in chunks is refused as soon as it exceeds the limit, without waiting for its end', async () => {
    const from = mock.ledger.length
    const client = await sendRaw(gateway.port, chunked(bodyOf(MAX_BYTES + 10_000)))
    expect((await client.reply()).status).toBe(413)
    await client.closed()
    expect(since(mock, from)).toHaveLength(0)
  })

  test('and an unknown key is refused before any of it is read', async () => {
    const head = postText('sk-proxy-unknown', '').replace(
      'content-length: 0',
      'content-length: 1000',
    )
    const client = await sendRaw(gateway.port, head)
    expect((await client.reply()).status).toBe(401)
    client.end()
  })
})

test.each(['gzip', 'br', 'deflate', 'zstd', 'gzip, gzip, gzip', 'x-unknown'])(
  'a body encoded with %s is refused',
  async (encoding) => {
    const from = mock.ledger.length
    const response = await gateway.chat(
      {},
      { body: Bun.gzipSync(BODY), headers: { 'content-encoding': encoding } },
    )
    expect(response.status).toBe(415)
    expect(await response.json()).toMatchObject({ error: { code: 'unsupported_encoding' } })
    expect(since(mock, from)).toHaveLength(0)
  },
)
