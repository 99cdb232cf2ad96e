/** An exception while an upstream's bytes are read: its connection ends, so that no request waits forever. */
import { afterAll, expect, test } from 'bun:test'
import { Connection } from '../../src/adapters/upstream/http1-connection.ts'
import { openConnection } from '../../src/adapters/upstream/open-socket.ts'
import { startMockUpstream } from '../support/mock/mock-upstream.ts'
import { within } from '../support/waiting.ts'

const mock = await startMockUpstream()
afterAll(() => mock.close())

test('an exception while reading a response ends its connection and the request', async () => {
  const { promise: gone, resolve: leave } = Promise.withResolvers<void>()
  const { hostname, port } = new URL(mock.url)
  const opened = await openConnection(
    { origin: mock.url, secure: false, hostname, port: Number(port), host: hostname },
    { limitMs: 2_000, offerHttp2: false },
    (wire) => {
      const connection = new Connection(wire, { idle() {}, gone: () => leave() })
      connection.received = () => {
        throw new Error('a mistake of ours')
      }
      return connection
    },
  )
  if (opened.protocol !== 'http1.1') throw new Error('no connection of HTTP/1.1')
  const { reply } = opened.connection.exchange('GET /v1 HTTP/1.1\r\nhost: x\r\n\r\n', '')
  const failed = reply.catch((error: Error) => error.message)
  expect(await within('its end', 2_000, failed)).toContain('before a reply')
  await within('the connection to be gone', 2_000, gone)
})
