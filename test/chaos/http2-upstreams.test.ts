/** Upstreams that speak HTTP/2, and the ways in which they fail: refused streams, GOAWAY, the end in mid-stream. */
import { afterAll, expect, test } from 'bun:test'
import {
  constants,
  createSecureServer,
  type Http2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { makeCertificates } from '../support/certificates.ts'
import { chatChunks, chatCompletion } from '../support/mock-replies.ts'
import { ask, BOTH } from './asking.ts'
import { startRig } from './rig.ts'

const certificates = makeCertificates()
const CHUNKS = chatChunks('Hello there', { usage: true })
type Answer = (stream: ServerHttp2Stream, body: { stream?: boolean }) => void

let answer: Answer = wholly
let seen = 0
const sessions = new Set<Http2Session>()
const server = createSecureServer({ ...certificates.valid, allowHTTP1: false })
server.on('session', (session) => {
  sessions.add(session)
  session.on('error', () => {})
})
server.on('stream', (stream: ServerHttp2Stream) => {
  seen++
  let text = ''
  stream.on('error', () => {})
  stream.on('data', (bytes: Buffer) => {
    text += bytes
  })
  stream.on('end', () => answer(stream, JSON.parse(text) as { stream?: boolean }))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo

const rig = await startRig({
  env: { NODE_EXTRA_CA_CERTS: certificates.authorityFile },
  upstreams: (mock) => [
    { name: 'h2', baseUrl: `https://127.0.0.1:${port}/v1`, provider: 'compatible', models: ['h2'] },
    {
      name: 'h2-first',
      baseUrl: `https://127.0.0.1:${port}/v1`,
      provider: 'compatible',
      models: ['pair'],
      weight: 1000,
    },
    { name: 'other', baseUrl: mock.url, provider: 'compatible', models: ['pair'], weight: 1 },
  ],
})
afterAll(async () => {
  await rig.close()
  for (const session of sessions) session.destroy()
  server.close()
  certificates.remove()
}, 20_000)

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
  answer = wholly
  const before = seen
  const reply = await ask(rig.gateway, 'h2', { stream })
  expect(reply.status).toBe(200)
  expect(seen).toBe(before + 1)
  expect(reply.text).toContain('Hello')
  if (stream) expect(reply.text).toContain('[DONE]')
  expect(await reply.row()).toMatchObject({ outcome: 'ok', attempts: 1, total_tokens: 18 })
})

const CUTS: [string, (stream: ServerHttp2Stream) => void][] = [
  ['RST_STREAM', (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR)],
  ['the end of its connection', (stream) => stream.session?.destroy()],
]

test.each(CUTS)(
  'a stream cut by %s ends with one error event, and without [DONE]',
  async (_, cut) => {
    answer = (stream) => {
      begin(stream)
      stream.write(`data: ${CHUNKS[0]}\n\n`)
      setTimeout(() => cut(stream), 50)
    }
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
  answer = (stream) => fail(stream)
  for (let tries = 0; tries < 5; tries++) {
    const reply = await ask(rig.gateway, 'pair')
    expect(reply.status).toBe(200)
    if (reply.attempts === 1) continue
    expect(reply.headers.get('x-gpt-proxy-upstream')).toBe('other')
    break
  }
  answer = wholly
  expect((await ask(rig.gateway, 'h2')).status).toBe(200)
})
