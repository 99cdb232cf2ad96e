/** The mock upstream over TLS, and the certificates and listeners for connection faults. */
import { afterAll, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { sendRaw } from '../raw-client.ts'
import { openFullBacklog } from '../servers/full-backlog.ts'
import { closedPort, startRawServer } from '../servers/raw-server.ts'
import { pause } from '../waiting.ts'
import { makeCertificates } from './certificates.ts'
import { startMockUpstream } from './mock-upstream.ts'

const certificates = makeCertificates()
afterAll(() => certificates.remove())
const ca = await Bun.file(certificates.authorityFile).text()

async function faultOf(tls: { key: string; cert: string }): Promise<string> {
  const mock = await startMockUpstream({ tls })
  try {
    const response = await fetch(`${mock.url}/models`, { tls: { ca } })
    return String(response.status)
  } catch (error) {
    return (error as { code: string }).code
  } finally {
    await mock.close()
  }
}

test('a valid certificate is served over TLS', async () => {
  expect(await faultOf(certificates.valid)).toBe('200')
})

test('an expired certificate and one for another name are refused by a client that trusts the authority', async () => {
  expect(await faultOf(certificates.expired)).toBe('CERT_HAS_EXPIRED')
  expect(await faultOf(certificates.wrongName)).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
})

test('a full backlog neither accepts nor refuses', async () => {
  const backlog = await openFullBacklog()
  let answered = false
  const socket = connect({ port: backlog.port, host: '127.0.0.1' })
  socket.on('connect', () => {
    answered = true
  })
  socket.on('error', () => {
    answered = true
  })
  // Nothing is to happen in this time, so there is no event to wait for.
  await pause(300)
  expect(answered).toBe(false)
  socket.destroy()
  backlog.close()
})

test('a raw server keeps what it received and closes on request', async () => {
  const server = await startRawServer((socket) => socket.destroy())
  const client = await sendRaw(server.port, 'hello')
  await client.closed()
  expect(server.received().toString()).toBe('hello')
  expect(server.connections()).toBe(1)
  server.close()
})

test('a closed port refuses', async () => {
  await expect(sendRaw(await closedPort(), 'hello')).rejects.toThrow()
})
