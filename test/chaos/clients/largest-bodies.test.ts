/** The largest body by default, 64 MiB, and one that is a byte larger. */
import { afterAll, expect, test } from 'bun:test'
import { chatCompletion, jsonReply } from '../../support/mock/mock-upstream.ts'
import { MIB, memoryBytes } from '../../support/processes/process-memory.ts'
import { connectRaw, postText, sendRaw } from '../../support/raw-client.ts'
import { waitFor } from '../../support/waiting.ts'
import { since, startRig } from '../rig.ts'

const MAX_BYTES = 64 * MIB
const rig = await startRig({ models: { plain: 1 } })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
mock.script(() => jsonReply(200, chatCompletion('hello')))

function bodyOf(bytes: number): string {
  const empty = JSON.stringify({ model: 'plain', messages: [{ role: 'user', content: '' }] })
  return empty.replace('""', `"${'x'.repeat(bytes - empty.length)}"`)
}

test('64 MiB are accepted, and reach the upstream whole', async () => {
  const client = await sendRaw(gateway.port, postText(gateway.proxyKey, bodyOf(MAX_BYTES)))
  expect((await client.reply(0, 20_000)).status).toBe(200)
  expect(since(mock, 0)[0]?.body).toHaveLength(MAX_BYTES)
  client.end()
}, 60_000)

test('one byte more is refused by its content-length, and none of it is buffered', async () => {
  const beforeBytes = memoryBytes(gateway.pid)
  const client = await connectRaw(gateway.port)
  client.write(postText(gateway.proxyKey, bodyOf(MAX_BYTES + 1)))
  const reply = await client.reply(0, 10_000)
  expect(reply).toMatchObject({ status: 413, headers: { connection: 'close' } })
  expect(reply.body.toString()).toContain(`${MAX_BYTES} bytes (MAX_BODY_BYTES)`)
  await client.closed()
  expect(memoryBytes(gateway.pid) - beforeBytes).toBeLessThan(20 * MIB)
  expect(mock.ledger).toHaveLength(1)
}, 60_000)

test('without a length it is refused once it is over, without waiting for its end', async () => {
  const head = postText(gateway.proxyKey, '', { 'transfer-encoding': 'chunked' })
  const client = await sendRaw(gateway.port, head.replace('content-length: 0\r\n', ''))
  const piece = `${MIB.toString(16)}\r\n${'x'.repeat(MIB)}\r\n`
  for (let sent = 0; sent <= MAX_BYTES; sent += MIB) {
    client.write(piece)
    await waitFor('a piece to be taken', () => client.unsent() === 0, 10_000)
  }
  const reply = await client.reply(0, 10_000)
  expect(reply).toMatchObject({ status: 413, headers: { connection: 'close' } })
  await client.closed()
  expect(mock.ledger).toHaveLength(1)
}, 60_000)
