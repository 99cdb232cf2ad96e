/** An exception on a connection: it is logged, that connection ends, and the others continue. */
import { afterAll, expect, test } from 'bun:test'
import { listenForRequests } from '../../src/http/server/web-server.ts'
import { sendRaw } from '../support/raw-client.ts'

const failures: unknown[] = []
const server = listenForRequests({
  hostname: '127.0.0.1',
  port: 0,
  mostConnections: 10,
  rejectedConnections() {},
  writeTimeoutMs: 1_000,
  answer(exchange) {
    if (exchange.target === '/bad') throw new Error('a mistake of ours')
    exchange.respond({ status: 200, headers: {}, body: 'well' })
  },
  failed: (error) => void failures.push(error),
})
afterAll(() => server.close())
const requestFor = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`

test('an exception on a connection is reported, and ends only that connection', async () => {
  const other = await sendRaw(server.port, requestFor('/good'))
  await other.reply()
  const client = await sendRaw(server.port, requestFor('/bad'))
  await client.closed(2_000)
  expect(failures).toEqual([new Error('a mistake of ours')])
  expect(client.received()).toHaveLength(0)
  other.write(requestFor('/good'))
  expect((await other.reply(1)).body.toString()).toBe('well')
  expect(server.connections()).toBe(1)
  other.end()
})
