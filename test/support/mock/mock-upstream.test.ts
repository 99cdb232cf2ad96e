/** The mock upstream itself, seen through a raw client. */
import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { connectRaw, postText, sendRaw } from '../raw-client.ts'
import { waitFor } from '../waiting.ts'
import {
  chatChunks,
  chatCompletion,
  jsonReply,
  rawReply,
  sseReply,
  startMockUpstream,
} from './mock-upstream.ts'

const mock = await startMockUpstream()
afterAll(() => mock.close())
beforeEach(() => {
  mock.script(() => jsonReply(200, chatCompletion('hello')))
  mock.ledger.length = 0
})

const request = (body: string) => postText('sk-test', body)

describe('what it reads', () => {
  test('a request with a content-length is entered in the ledger as it came', async () => {
    const client = await sendRaw(mock.port, request('{"a":"é"}'))
    await client.reply()
    const exchange = await mock.exchangeArrived(0)
    expect(exchange).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions',
      body: '{"a":"é"}',
    })
    expect(exchange.headers.authorization).toBe('Bearer sk-test')
    expect(exchange.rawHead).toContain('authorization: Bearer sk-test')
    client.end()
  })

  test('a chunked request cut at every byte is read whole', async () => {
    const client = await connectRaw(mock.port)
    const bytes = Buffer.from(
      'POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
    )
    for (let at = 0; at < bytes.length; at++) client.write(bytes.subarray(at, at + 1))
    await client.reply()
    expect((await mock.exchangeArrived(0)).body).toBe('abcde')
    client.end()
  })

  test('pipelined requests are answered in order on one connection', async () => {
    mock.script((exchange) => jsonReply(200, { index: exchange.index }))
    const client = await sendRaw(mock.port, request('{}') + request('{}') + request('{}'))
    await client.reply(2)
    expect(client.replies().map(({ body }) => body.toString())).toEqual([
      '{"index":0}',
      '{"index":1}',
      '{"index":2}',
    ])
    expect(new Set(mock.ledger.map(({ connection }) => connection)).size).toBe(1)
    client.end()
  })

  test('bytes that never become a request are recorded as strays', async () => {
    const client = await sendRaw(mock.port, 'POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nhalf')
    await waitFor('the stray bytes', () => mock.strayBytes().includes('half'))
    expect(mock.ledger).toHaveLength(0)
    client.end()
  })
})

describe('what it does', () => {
  test('a stream of events ends with [DONE] and counts its bytes', async () => {
    mock.script(() => sseReply(chatChunks('one two', { usage: true })))
    const client = await sendRaw(mock.port, request('{}'))
    const { body } = await client.reply()
    expect(body.toString()).toEndWith('data: [DONE]\n\n')
    expect(body.toString().match(/^data: /gm)).toHaveLength(6)
    const exchange = await mock.exchangeArrived(0)
    await waitFor('the exchange to be served', () => exchange.outcome === 'served')
    expect(exchange.bytesSent).toBe(client.received().length)
    client.end()
  })

  test('raw bytes leave exactly as they were given', async () => {
    mock.script(() => rawReply('HTTP/1.1 200 OK\ncontent-length: 2', 'o', new Uint8Array([107])))
    const client = await sendRaw(mock.port, request('{}'))
    await client.reply()
    expect(client.received().toString()).toBe('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
    client.end()
  })

  test.each(['fin', 'rst'] as const)(
    'a %s in mid-reply closes and is marked as a cut',
    async (how) => {
      mock.script(() => [
        ...rawReply('HTTP/1.1 200 OK\ncontent-length: 99', 'half'),
        { waitMs: 20 },
        how,
      ])
      const client = await sendRaw(mock.port, request('{}'))
      await client.closed()
      expect(client.received().toString()).toEndWith('half')
      expect((await mock.exchangeArrived(0)).outcome).toBe('cut')
      expect((await mock.exchangeArrived(0)).closedByPeerAtMs).toBeNull()
    },
  )

  test('a stall lasts until the peer leaves, and the moment of leaving is noted', async () => {
    mock.script(() => ['stall'])
    const client = await sendRaw(mock.port, request('{}'))
    const exchange = await mock.exchangeArrived(0)
    expect(exchange.outcome).toBe('open')
    const leftAtMs = performance.now()
    client.reset()
    expect(await mock.closedByPeer(exchange)).toBeWithin(leftAtMs, performance.now() + 1)
    await waitFor('the exchange to be over', () => exchange.outcome === 'aborted')
  })

  test('an unsolicited response reaches a client that sent nothing', async () => {
    const client = await sendRaw(mock.port, request('{}'))
    await client.reply()
    mock.writeUnsolicited('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
    await client.reply(1)
    client.end()
  })

  test('a client that reads nothing pauses the script', async () => {
    const piece = Buffer.alloc(1024 * 1024)
    mock.script(() =>
      rawReply('HTTP/1.1 200 OK\ncontent-length: 67108864', ...Array<Buffer>(64).fill(piece)),
    )
    const client = await connectRaw(mock.port, { paused: true })
    client.pause()
    client.write(request('{}'))
    const exchange = await mock.exchangeArrived(0)
    await waitFor('some bytes to be taken', () => exchange.bytesSent > 0)
    expect(exchange.bytesSent).toBeLessThan(32 * piece.length)
    client.resume()
    await waitFor('the exchange to be served', () => exchange.outcome === 'served')
    client.end()
  })

  test('dropping connections closes every client', async () => {
    const clients = await Promise.all([connectRaw(mock.port), connectRaw(mock.port)])
    await waitFor('two connections', () => mock.connections() >= 2)
    mock.dropConnections()
    await Promise.all(clients.map((client) => client.closed()))
    await waitFor('no connection', () => mock.connections() === 0)
  })
})
