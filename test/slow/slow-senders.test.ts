/** Five thousand concurrent clients that send slowly: others are not affected, and all their connections are released. */
import { afterAll, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { ask, QUESTION } from '../chaos/asking.ts'
import { startRig } from '../chaos/rig.ts'
import { MIB, memoryBytes } from '../support/processes/process-memory.ts'
import { connectRaw, postText, type RawClient } from '../support/raw-client.ts'
import { waitFor } from '../support/waiting.ts'

const SLOW = 5_000
const AT_ONCE = 100
const BODY_LIMIT_MS = 10_000
const DROP_EVERY_MS = 2_000
const rig = await startRig({
  models: { plain: 1 },
  env: { CLIENT_BODY_TIMEOUT_MS: String(BODY_LIMIT_MS) },
})
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
const [HEAD = ''] = postText(gateway.proxyKey, JSON.stringify({ messages: QUESTION })).split(
  '\r\n\r\n',
)
/** Every other one is slow with its headers, the rest with their bodies. */
const beginning = (index: number) => (index % 2 === 0 ? `${HEAD}\r\nx-more: ` : `${HEAD}\r\n\r\n{`)
const openFiles = () => readdirSync(`/proc/${gateway.pid}/fd`).length

async function connectAll(): Promise<RawClient[]> {
  const clients: RawClient[] = []
  while (clients.length < SLOW) {
    const next = await Promise.all(Array.from({ length: AT_ONCE }, () => connectRaw(gateway.port)))
    for (const client of next) client.write(beginning(clients.push(client) - 1))
  }
  return clients
}

test(`${SLOW} slow senders are each ended with 408`, async () => {
  expect((await ask(gateway, 'plain')).status).toBe(200)
  const [filesBefore, bytesBefore] = [openFiles(), memoryBytes(gateway.pid)]
  const slow = await connectAll()
  expect(openFiles()).toBeGreaterThanOrEqual(filesBefore + SLOW)
  const dripping = setInterval(() => {
    for (const client of slow) if (!client.isClosed()) client.write(' ')
  }, DROP_EVERY_MS)
  const startedMs = performance.now()
  expect((await ask(gateway, 'plain')).status).toBe(200)
  expect(performance.now() - startedMs).toBeLessThan(2_000)
  expect(memoryBytes(gateway.pid) - bytesBefore).toBeLessThan(200 * MIB)
  await waitFor('all to be ended', () => slow.every((client) => client.isClosed()), 40_000)
  clearInterval(dripping)
  expect(slow.filter((client) => client.replies()[0]?.status !== 408)).toHaveLength(0)
  for (const client of slow) client.end()
  await waitFor('their places to be free', () => openFiles() <= filesBefore + 10, 10_000)
  expect((await ask(gateway, 'plain')).status).toBe(200)
  expect(mock.ledger).toHaveLength(3)
}, 90_000)
