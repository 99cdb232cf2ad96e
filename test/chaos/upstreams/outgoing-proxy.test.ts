/** Upstreams behind an outgoing proxy: HTTPS_PROXY, HTTP_PROXY and NO_PROXY as other programs follow them. */
import { afterAll, expect, test } from 'bun:test'
import { makeCertificates } from '../../support/mock/certificates.ts'
import { chatCompletion, sseHead } from '../../support/mock/mock-replies.ts'
import { jsonReply, type Step, startMockUpstream } from '../../support/mock/mock-upstream.ts'
import { postText, sendRaw } from '../../support/raw-client.ts'
import { startConnectProxy } from '../../support/servers/connect-proxy.ts'
import { closedPort, startRawServer } from '../../support/servers/raw-server.ts'
import { waitFor } from '../../support/waiting.ts'
import { ask, BOTH, QUESTION } from '../asking.ts'
import { startRig } from '../rig.ts'

const certificates = makeCertificates()
const secure = await startMockUpstream({ tls: certificates.valid })
const proxy = startConnectProxy()
const { asked, url: address } = proxy
const CONNECT_LIMIT_MS = 400
const MAX_MS = 100
const rig = await startRig({
  env: {
    // As curl takes it, too.
    HTTPS_PROXY: `localhost:${new URL(address).port}`,
    HTTP_PROXY: address,
    UPSTREAM_CONNECT_TIMEOUT_MS: String(CONNECT_LIMIT_MS),
    NO_PROXY: 'localhost',
    NODE_EXTRA_CA_CERTS: certificates.authorityFile,
  },
  upstreams: (mock) => [
    { name: 'secure', baseUrl: secure.url, provider: 'compatible', models: ['secure'] },
    { name: 'plain', baseUrl: mock.url, provider: 'compatible', models: ['plain'] },
    {
      name: 'near',
      baseUrl: mock.url.replace('127.0.0.1', 'localhost'),
      provider: 'compatible',
      models: ['near'],
    },
  ],
})
const refusing = await startRawServer((socket) =>
  socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n'),
)
const nobody = await closedPort()
const broken = await startRig({
  env: {
    HTTPS_PROXY: `http://someone:s3cret-word@127.0.0.1:${refusing.port}`,
    HTTP_PROXY: `http://someone:s3cret-word@127.0.0.1:${nobody}`,
  },
  upstreams: (mock) => [
    { name: 'secure', baseUrl: secure.url, provider: 'compatible', models: ['secure'] },
    { name: 'plain', baseUrl: mock.url, provider: 'compatible', models: ['plain'] },
  ],
})
afterAll(async () => {
  await rig.close()
  await broken.close()
  refusing.close()
  proxy.close()
  await secure.close()
  certificates.remove()
}, 60_000)

test.each(BOTH)('TLS goes through a tunnel, and the proxy sees no key (%s)', async (_, stream) => {
  const answer = await ask(rig.gateway, 'secure', { stream })
  expect(answer.status).toBe(200)
  expect(secure.ledger.length).toBeGreaterThan(0)
  expect(asked.some((line) => line === `CONNECT ${new URL(secure.url).host} HTTP/1.1`)).toBe(true)
  expect(proxy.seen()).not.toContain('sk-')
})

test('plain HTTP goes through HTTP_PROXY', async () => {
  const before = asked.length
  expect((await ask(rig.gateway, 'plain')).status).toBe(200)
  expect(asked.slice(before).some((line) => line.includes('/chat/completions'))).toBe(true)
})

test('what NO_PROXY names is reached directly', async () => {
  const before = asked.length
  expect((await ask(rig.gateway, 'near')).status).toBe(200)
  expect(asked.length).toBe(before)
})

const behind = { secure, plain: rig.mock }

test.each(['secure', 'plain'] as const)(
  'a reply that comes late is waited for (%s)',
  async (model) => {
    behind[model].script(() => [
      { waitMs: 2 * CONNECT_LIMIT_MS },
      ...jsonReply(200, chatCompletion('late')),
    ])
    expect(await ask(rig.gateway, model)).toMatchObject({ status: 200, attempts: 1 })
  },
)

test.each([
  ['secure', 'before the headers', ['stall']],
  ['secure', 'in mid-stream', [{ write: sseHead() }, 'stall']],
  ['plain', 'before the headers', ['stall']],
  ['plain', 'in mid-stream', [{ write: sseHead() }, 'stall']],
] as ['secure' | 'plain', string, Step[]][])(
  'a client that leaves ends the exchange at once (%s, %s)',
  async (model, _, steps) => {
    const mock = behind[model]
    const from = mock.ledger.length
    mock.script(() => steps)
    const body = JSON.stringify({ model, messages: QUESTION, stream: true })
    const client = await sendRaw(rig.gateway.port, postText(rig.gateway.proxyKey, body))
    const exchange = await mock.exchangeArrived(from)
    if (steps.length > 1) await waitFor('the headers to be sent', () => exchange.bytesSent > 0)
    const leftAtMs = performance.now()
    client.reset()
    expect((await mock.closedByPeer(exchange)) - leftAtMs).toBeLessThan(MAX_MS)
  },
)

test('a key is tested over the same route as requests take', async () => {
  const before = asked.length
  secure.script(() => jsonReply(200, { data: [] }))
  const { exitCode, stdout } = await rig.gateway.cli(['upstream', 'test', 'secure'])
  expect(stdout).toContain('the key is accepted')
  expect(exitCode).toBe(0)
  expect(asked.slice(before)).toEqual([`CONNECT ${new URL(secure.url).host} HTTP/1.1`])
})

test('the chat command connects to the gateway without the proxy', async () => {
  const before = asked.length
  const env = { PORT: String(rig.gateway.port) }
  const { stdout } = await rig.gateway.cli(['chat', 'demo/echo', 'a private word'], { env })
  expect(stdout).toContain('a private word')
  expect(asked.slice(before)).toEqual([])
})

test.each([
  ['plain', () => `the outgoing proxy 127.0.0.1:${nobody} failed: connection refused`],
  [
    'secure',
    () => `the outgoing proxy 127.0.0.1:${refusing.port} failed: it opened no tunnel (407)`,
  ],
])('a proxy that fails is named, without its password (%s)', async (model, why) => {
  const answer = await ask(broken.gateway, model)
  expect(answer.status).toBe(502)
  expect(answer.error().message).toStartWith(`upstream ${model}: ${why()}`)
  expect(answer.text + broken.gateway.logs()).not.toContain('s3cret')
})
