/** Upstreams that cannot be connected to: another key answers, else a clear error; no key byte leaves. */
import { afterAll, describe, expect, test } from 'bun:test'
import type { UpstreamSetting } from '../../support/gateway.ts'
import { makeCertificates } from '../../support/mock/certificates.ts'
import { startMockUpstream } from '../../support/mock/mock-upstream.ts'
import { openFullBacklog } from '../../support/servers/full-backlog.ts'
import { closedPort, startRawServer } from '../../support/servers/raw-server.ts'
import { waitFor } from '../../support/waiting.ts'
import { ask, BOTH } from '../asking.ts'
import { secretOf, startRig, upstreamState } from '../rig.ts'

const CONNECT_LIMIT_MS = 600
const certificates = makeCertificates()
const backlog = await openFullBacklog()
const expired = await startMockUpstream({ tls: certificates.expired })
const wrongName = await startMockUpstream({ tls: certificates.wrongName })
const valid = await startMockUpstream({ tls: certificates.valid })
/** What a web server without TLS says to the bytes of a handshake. */
const plain = await startRawServer((socket) =>
  socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n'),
)
const hangsUp = await startRawServer((socket) => socket.destroy())
const silent = await startRawServer(() => {})

/** Each fault: where it is, what the client receives, and what the other side sees. */
const FAULTS = [
  ['refused', `http://127.0.0.1:${await closedPort()}/v1`, 502, () => ''],
  ['unknown-name', 'http://no-such-host.invalid/v1', 502, () => ''],
  ['full-backlog', `http://127.0.0.1:${backlog.port}/v1`, 504, () => ''],
  ['expired', expired.url, 502, expired.strayBytes],
  ['wrong-name', wrongName.url, 502, wrongName.strayBytes],
  [
    'plaintext',
    `https://127.0.0.1:${plain.port}/v1`,
    502,
    () => plain.received().toString('latin1'),
  ],
  [
    'hangs-up',
    `https://127.0.0.1:${hangsUp.port}/v1`,
    502,
    () => hangsUp.received().toString('latin1'),
  ],
  [
    'silent',
    `https://127.0.0.1:${silent.port}/v1`,
    504,
    () => silent.received().toString('latin1'),
  ],
] as const

const rig = await startRig({
  env: {
    UPSTREAM_CONNECT_TIMEOUT_MS: String(CONNECT_LIMIT_MS),
    NODE_EXTRA_CA_CERTS: certificates.authorityFile,
  },
  upstreams: (mock) => [
    { name: 'valid', baseUrl: valid.url, provider: 'compatible', models: ['valid'] },
    ...FAULTS.flatMap(([name, baseUrl]): UpstreamSetting[] => [
      { ...faulty(`${name}-alone`, baseUrl), models: [`${name}-alone`] },
      { ...faulty(`${name}-first`, baseUrl), models: [`${name}-pair`], weight: 1000 },
      { ...faulty(`${name}-good`, mock.url), models: [`${name}-pair`], weight: 1 },
    ]),
  ],
})
afterAll(async () => {
  await rig.close()
  backlog.close()
  for (const server of [hangsUp, silent, expired, wrongName, valid, plain]) await server.close()
  certificates.remove()
}, 60_000)

function faulty(name: string, baseUrl: string): UpstreamSetting {
  return { name, baseUrl, key: secretOf(name), provider: 'compatible' }
}

test('an upstream with a good certificate is reached over TLS', async () => {
  const answer = await ask(rig.gateway, 'valid')
  expect(answer.status).toBe(200)
  expect(valid.ledger).toHaveLength(1)
})

describe.each(FAULTS)('%s', (name, _, status, witness) => {
  test.each(BOTH)('another key answers (%s)', async (_, stream) => {
    // The faulty key has nearly all the weight, but the choice stays one of chance.
    for (let tries = 0; tries < 5; tries++) {
      const startedMs = performance.now()
      const answer = await ask(rig.gateway, `${name}-pair`, { stream })
      expect(answer.status).toBe(200)
      expect(performance.now() - startedMs).toBeLessThan(CONNECT_LIMIT_MS + 1_500)
      if (answer.attempts === 1) continue
      // Hanging up looks like a reset, which is followed by one resend.
      expect(answer.attempts).toBeLessThanOrEqual(name === 'hangs-up' ? 3 : 2)
      expect(answer.headers.get('x-gpt-proxy-upstream')).toBe(`${name}-good`)
      expect((await answer.row()).attempts).toBe(answer.attempts)
      return
    }
    throw new Error('the faulty key was never tried')
  })

  test.each(BOTH)('alone it is an error that blames the upstream (%s)', async (_, stream) => {
    const startedMs = performance.now()
    const answer = await ask(rig.gateway, `${name}-alone`, { stream })
    expect(answer.status).toBe(status)
    expect(answer.error()).toMatchObject({
      code: status === 504 ? 'upstream_timeout' : 'upstream_error',
    })
    expect(answer.error().message).toStartWith(`upstream ${name}-alone: `)
    // At most two tries with up to a second between them.
    expect(performance.now() - startedMs).toBeLessThan(2 * CONNECT_LIMIT_MS + 2_000)
    expect(await answer.row()).toMatchObject({ status, outcome: 'upstream_error', total_tokens: 0 })
  })

  test('the failures are counted against the key, and no byte of it left', async () => {
    const state = await upstreamState(
      rig,
      `${name}-alone`,
      (row) => row.total_errors >= BOTH.length,
    )
    expect(state.failure_count).toBeGreaterThanOrEqual(BOTH.length)
    expect(witness()).not.toContain('sk-chaos')
    expect(witness()).not.toContain('authorization')
  })
})

test('no upstream with a TLS fault ever got a request', () => {
  expect(expired.ledger).toHaveLength(0)
  expect(wrongName.ledger).toHaveLength(0)
})

test('a stalled handshake leaves no connection', async () => {
  expect(silent.connections()).toBeGreaterThan(0)
  await waitFor('the silent upstream to be left', () => silent.standing() === 0)
})
