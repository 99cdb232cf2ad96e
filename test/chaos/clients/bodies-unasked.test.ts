/** Bodies of requests that take none: as large as they may be, they fill no memory. */
import { afterAll, describe, expect, test } from 'bun:test'
import { ROUTES } from '../../../src/http/app.ts'
import { jsonReply } from '../../support/mock/mock-upstream.ts'
import { MIB, memoryBytes } from '../../support/processes/process-memory.ts'
import { connectRaw, type RawClient } from '../../support/raw-client.ts'
import { waitFor, within } from '../../support/waiting.ts'
import { startRig } from '../rig.ts'

/** The upstream serves any model, so a look at one waits for it. */
const rig = await startRig({
  upstreams: ({ url }) => [{ name: 'slow', baseUrl: url, provider: 'compatible' }],
})
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
const PIECE = `100000\r\n${'x'.repeat(MIB)}\r\n`
const PIECES = 100

function head(path: string, key: string | null, method = 'GET'): string {
  const authorization = key === null ? '' : `authorization: Bearer ${key}\r\n`
  return `${method} ${path} HTTP/1.1\r\nhost: x\r\n${authorization}transfer-encoding: chunked\r\n\r\n`
}

/** Piece by piece, so that it is in the gateway's memory or nowhere. */
async function sendBody(client: RawClient): Promise<void> {
  for (let piece = 0; piece < PIECES; piece++) {
    client.write(PIECE)
    await waitFor('a piece to be taken', () => client.unsent() === 0, 10_000)
  }
}

test('the body of a GET for a model is dropped, and its response closes the connection', async () => {
  const reply = Promise.withResolvers<void>()
  mock.script(() => [
    { until: reply.promise },
    ...jsonReply(200, { object: 'list', data: [{ id: 'any', object: 'model' }] }),
  ])
  const client = await connectRaw(gateway.port)
  const beforeBytes = memoryBytes(gateway.pid)
  client.write(head('/v1/models/any', gateway.proxyKey))
  await mock.exchangeArrived(0)
  await sendBody(client)
  expect(memoryBytes(gateway.pid) - beforeBytes).toBeLessThan(50 * MIB)
  reply.resolve()
  expect(await client.reply()).toMatchObject({ status: 200, headers: { connection: 'close' } })
  await client.closed()
}, 60_000)

describe.each([
  ['without a key', null],
  ['with a key', gateway.adminKey],
])('%s', (_, key) => {
  test.each([
    ...ROUTES.filter(({ path, method }) => method === 'GET' && !/doctor|\{/.test(path)),
    { path: '/nowhere' },
  ])('$path answers before its body has come, and reads none of it', async ({ path }) => {
    mock.script(() => jsonReply(200, { object: 'list', data: [] }))
    const client = await connectRaw(gateway.port)
    client.write(head(path, key) + PIECE)
    const { headers } = await client.reply()
    expect(headers.connection).toBe('close')
    await within('the end', 5_000, client.closed())
  })
})
