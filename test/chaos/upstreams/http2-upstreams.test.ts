/** Upstreams that speak HTTP/2, and the ways in which they fail: refused streams, GOAWAY, the end in mid-stream. */
import { afterAll, expect, test } from 'bun:test'
import { constants, type ServerHttp2Stream } from 'node:http2'
import { makeCertificates } from '../../support/mock/certificates.ts'
import { chatChunks, chatCompletion } from '../../support/mock/mock-replies.ts'
import { postText, type RawClient, sendRaw } from '../../support/raw-client.ts'
import { startHttp2Server } from '../../support/servers/http2-server.ts'
import { startTcpRelay } from '../../support/servers/tcp-relay.ts'
import { waitFor, within } from '../../support/waiting.ts'
import { ask, BOTH, QUESTION } from '../asking.ts'
import { startRig } from '../rig.ts'

const MAX_MS = 100
const CONNECT_LIMIT_MS = 600
const certificates = makeCertificates()
const CHUNKS = chatChunks('Hello there', { usage: true })
const server = await startHttp2Server(certificates.valid, wholly)
const { port } = server
const relay = await startTcpRelay(port)
const first = await startTcpRelay(port)

const rig = await startRig({
  env: {
    NODE_EXTRA_CA_CERTS: certificates.authorityFile,
    UPSTREAM_CONNECT_TIMEOUT_MS: String(CONNECT_LIMIT_MS),
  },
  upstreams: (mock) => [
    at('h2', port),
    at('relayed', relay.port),
    at('first', first.port),
    { ...at('h2-first', port), models: ['pair'], weight: 1000 },
    { ...at('other', port), baseUrl: mock.url, models: ['pair'], weight: 1 },
  ],
})
afterAll(async () => {
  await rig.close()
  relay.close()
  first.close()
  server.close()
  certificates.remove()
}, 60_000)

function at(name: string, port: number) {
  const baseUrl = `https://127.0.0.1:${port}/v1`
  return { name, baseUrl, provider: 'compatible' as const, models: [name] }
}

function wholly(stream: ServerHttp2Stream, body: { stream?: boolean }): void {
  if (!body.stream) {
    stream.respond({ ':status': 200, 'content-type': 'application/json' })
    stream.end(JSON.stringify(chatCompletion('Hello there')))
    return
  }
  begin(stream)
  for (const chunk of CHUNKS) stream.write(`data: ${chunk}\n\n`)
  stream.end('data: [DONE]\n\n')
}

function begin(stream: ServerHttp2Stream): void {
  stream.respond({ ':status': 200, 'content-type': 'text/event-stream' })
}

test.each(BOTH)('an answer over HTTP/2 arrives whole (%s)', async (_, stream) => {
  server.answerBy(wholly)
  const before = server.streams.length
  const reply = await ask(rig.gateway, 'h2', { stream })
  expect(reply.status).toBe(200)
  expect(server.streams).toHaveLength(before + 1)
  expect(reply.text).toContain('Hello')
  if (stream) expect(reply.text).toContain('[DONE]')
  expect(await reply.row()).toMatchObject({ outcome: 'ok', attempts: 1, total_tokens: 18 })
})

test('a key is tried over HTTP/2, too', async () => {
  server.answerBy(wholly)
  const { exitCode, stdout } = await rig.gateway.cli(['upstream', 'test', 'h2'])
  expect(stdout).toContain('the key is accepted')
  expect(exitCode).toBe(0)
})

const CUTS: [string, (stream: ServerHttp2Stream) => void][] = [
  ['RST_STREAM', (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR)],
  ['the end of its connection', (stream) => stream.session?.destroy()],
]

test.each(CUTS)(
  'a stream cut by %s ends with one error event, and without [DONE]',
  async (_, cut) => {
    server.answerBy((stream) => {
      begin(stream)
      // The first chunk has only the role, and is held back until there are words.
      stream.write(`data: ${CHUNKS[0]}\n\ndata: ${CHUNKS[1]}\n\n`)
      setTimeout(() => cut(stream), 50)
    })
    const reply = await ask(rig.gateway, 'h2', { stream: true })
    expect(reply.status).toBe(200)
    expect(reply.text.match(/^data: \{"error"/gm)).toHaveLength(1)
    expect(reply.text).not.toContain('[DONE]')
    expect(await reply.row()).toMatchObject({ outcome: 'cut', estimated: 1 })
  },
)

test.each([
  [
    'refuses the stream',
    (stream: ServerHttp2Stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM),
  ],
  [
    'resets it before a reply',
    (stream: ServerHttp2Stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
  ],
  [
    'goes away',
    (stream: ServerHttp2Stream) => {
      stream.session?.goaway(constants.NGHTTP2_NO_ERROR, 0)
      stream.session?.destroy()
    },
  ],
])('where an upstream %s, another key answers', async (_, fail) => {
  server.answerBy(fail)
  for (let tries = 0; tries < 5; tries++) {
    const reply = await ask(rig.gateway, 'pair')
    expect(reply.status).toBe(200)
    if (reply.attempts === 1) continue
    expect(reply.headers.get('x-gpt-proxy-upstream')).toBe('other')
    break
  }
  server.answerBy(wholly)
  expect((await ask(rig.gateway, 'h2')).status).toBe(200)
})

/** A client of its own connection, which can leave. */
function visit(model: string): Promise<RawClient> {
  const body = JSON.stringify({ model, messages: QUESTION, stream: true })
  return sendRaw(rig.gateway.port, postText(rig.gateway.proxyKey, body))
}

test.each([
  ['before the headers', () => {}, ''],
  [
    'in mid-stream',
    (stream: ServerHttp2Stream) => {
      begin(stream)
      stream.write(`data: ${CHUNKS[1]}\n\n`)
    },
    'Hello',
  ],
] as const)('a client that leaves %s ends its stream at once', async (_, answer, seen) => {
  const before = server.streams.length
  server.answerBy(answer)
  const client = await visit('h2')
  const stream = await waitFor('the stream', () => server.streams[before])
  await waitFor('the answer to begin', () => client.received().includes(seen))
  const closed = new Promise((resolve) => stream.once('close', resolve))
  const leftAtMs = performance.now()
  client.reset()
  await within('the end of the stream', 5_000, closed)
  expect(performance.now() - leftAtMs).toBeLessThan(MAX_MS)
  expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL)
})

test('a stream continues although a second connection, opened as a health check, fails', async () => {
  server.answerBy(wholly)
  expect((await ask(rig.gateway, 'relayed')).status).toBe(200)
  // The headers come while that connection is tried, the rest after it was given up.
  server.answerBy((stream) => {
    setTimeout(() => begin(stream), CONNECT_LIMIT_MS * 0.75)
    setTimeout(() => stream.write(`data: ${CHUNKS[1]}\n\n`), CONNECT_LIMIT_MS * 0.8)
    const rest = [...CHUNKS.slice(2), '[DONE]'].map((chunk) => `data: ${chunk}\n\n`).join('')
    setTimeout(() => stream.end(rest), CONNECT_LIMIT_MS * 1.5)
  })
  relay.hold()
  const reply = await ask(rig.gateway, 'relayed', { stream: true })
  expect(relay.held()).toBe(1)
  expect(reply.text).toContain('[DONE]')
  expect(await reply.row()).toMatchObject({ outcome: 'ok', attempts: 1 })
})

const timesLeft = () => rig.gateway.logs().split('client_closed_request').length

test('a client that leaves during the first handshake leaves no connection', async () => {
  server.answerBy(wholly)
  first.hold()
  const before = server.streams.length
  const left = timesLeft()
  const client = await visit('first')
  await waitFor('the handshake', () => first.held() === 1)
  client.reset()
  await waitFor('it to be noticed', () => timesLeft() > left)
  first.release()
  expect((await ask(rig.gateway, 'first')).status).toBe(200)
  expect(server.streams).toHaveLength(before + 1)
  expect(rig.gateway.logs()).not.toContain('given up')
})
