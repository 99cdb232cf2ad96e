/** The shipped Caddyfile with a real gateway behind it: HTTPS, streams, addresses, an instance that is down. */
import { afterAll, expect, test } from 'bun:test'
import { DEMO_MODELS } from '../../src/providers/demo/models.ts'
import { startGateway } from '../support/gateway.ts'
import { chatChunks, sseReply, startMockUpstream } from '../support/mock/mock-upstream.ts'
import { waitFor } from '../support/waiting.ts'
import { startCaddy, validateCaddyfile } from './caddy.ts'
import { freePort } from './nginx.ts'

const ADDRESS_RPM = 20

const mock = await startMockUpstream()
const gateway = await startGateway({
  upstreams: [{ baseUrl: mock.url, provider: 'compatible', models: ['deployed'] }],
  env: { TRUSTED_PROXIES: '127.0.0.1', RATE_LIMIT_IP_RPM: String(ADDRESS_RPM) },
})
// The first of the two instances is down all the time.
const caddy = await startCaddy([await freePort(), gateway.port])
const ca = await Bun.file(caddy.authorityFile).text()
afterAll(async () => {
  await caddy.stop()
  await gateway.stop()
  await mock.close()
}, 60_000)

const QUESTION = { model: DEMO_MODELS[0], messages: [{ role: 'user', content: 'Hello' }] }

function ask(body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${caddy.origin}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.proxyKey}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(body),
    tls: { ca },
  })
}

test('caddy validate accepts it', () => {
  const { exitCode, said } = validateCaddyfile()
  expect(said).toContain('Valid configuration')
  expect(exitCode).toBe(0)
})

test('plain HTTP is sent to HTTPS, and every answer tells browsers to stay there', async () => {
  const plain = await fetch(`http://localhost:${caddy.httpPort}/v1/models`, { redirect: 'manual' })
  expect(plain.status).toBe(308)
  expect(plain.headers.get('location')).toStartWith('https://localhost')
  const secure = await fetch(`${caddy.origin}/livez`, { tls: { ca } })
  expect(secure.headers.get('strict-transport-security')).toStartWith('max-age=31536000')
})

test('an instance that is down costs no POST', async () => {
  for (let time = 0; time < 6; time++) expect((await ask(QUESTION)).status).toBe(200)
})

test('a stream arrives event by event', async () => {
  const steps = Array.from({ length: 4 }, () => Promise.withResolvers<void>())
  const writes = sseReply(chatChunks('one two three four', { usage: true })).filter(
    (step) => typeof step === 'object' && 'write' in step,
  )
  mock.script(() =>
    writes.flatMap((step, at) => (steps[at] ? [step, { until: steps[at].promise }] : [step])),
  )
  let text = ''
  const reading = (async () => {
    const reply = await ask({ ...QUESTION, model: 'deployed', stream: true })
    for await (const part of reply.body?.pipeThrough(new TextDecoderStream()) ?? []) text += part
  })()
  // The upstream writes the next one only once the last one has come through.
  let arrived = 0
  for (const [at, step] of steps.entries()) {
    const before = arrived
    step.resolve()
    // The first one has only the role: it leaves with the first words.
    if (at === 0) continue
    await waitFor('one more event', () => {
      arrived = text.split('\n\n').length - 1
      return arrived > before
    })
  }
  await reading
  expect(text).toEndWith('data: [DONE]\n\n')
})

test('a client that forges addresses still has the limits of its own address', async () => {
  const statuses: number[] = []
  for (let time = 0; time < ADDRESS_RPM + 2; time++) {
    const reply = await ask(QUESTION, { 'x-forwarded-for': `203.0.113.${time}` })
    await reply.arrayBuffer()
    statuses.push(reply.status)
  }
  expect(statuses.at(-1)).toBe(429)
})
