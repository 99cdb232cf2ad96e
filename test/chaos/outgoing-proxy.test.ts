/** Upstreams behind an outgoing proxy: HTTPS_PROXY, HTTP_PROXY and NO_PROXY as other programs follow them. */
import { afterAll, expect, test } from 'bun:test'
import { makeCertificates } from '../support/certificates.ts'
import { startConnectProxy } from '../support/connect-proxy.ts'
import { startMockUpstream } from '../support/mock-upstream.ts'
import { ask, BOTH } from './asking.ts'
import { startRig } from './rig.ts'

const certificates = makeCertificates()
const secure = await startMockUpstream({ tls: certificates.valid })
const proxy = startConnectProxy()
const { asked, url: address } = proxy
const rig = await startRig({
  env: {
    HTTPS_PROXY: address,
    HTTP_PROXY: address,
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
afterAll(async () => {
  await rig.close()
  proxy.close()
  await secure.close()
  certificates.remove()
}, 20_000)

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
