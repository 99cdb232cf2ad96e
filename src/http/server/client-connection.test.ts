/** One client connection and its requests: order, pipelining, timeouts. */
import { describe, expect, test } from 'bun:test'
import { connected, GET, OK, POST, replyText } from '../../../test/support/client-on-a-socket.ts'
import type { Exchange } from './exchange.ts'

describe('a request', () => {
  test('is handed out with its body, in one piece or byte by byte', () => {
    for (const pieces of [[POST], [...POST]]) {
      const { receive, asked, connection } = connected()
      for (const piece of pieces) receive(piece)
      expect(asked.map(({ method, target, whole }) => [method, target, whole])).toEqual([
        ['POST', '/two', true],
      ])
      expect(asked[0]?.text()).toBe('hello')
      expect(connection.peer()).toBe('10.0.0.1')
    }
  })

  test('is answered before the next one is read', async () => {
    const { receive, asked, sent } = connected()
    receive(GET + POST)
    receive(GET)
    expect(asked).toHaveLength(1)
    asked[0]?.respond(OK)
    await Bun.sleep(0)
    expect(asked.map(({ target }) => target)).toEqual(['/one', '/two'])
    asked[1]?.respond({ ...OK, body: 'two' })
    await Bun.sleep(0)
    expect(asked).toHaveLength(3)
    expect(sent()).toBe(replyText('ok') + replyText('two'))
  })

  test('is answered once', () => {
    const { receive, asked, sent } = connected()
    receive(GET)
    asked[0]?.respond(OK)
    asked[0]?.respond(OK)
    expect(sent()).toBe(replyText('ok'))
  })

  test.each([
    ['it says so', GET.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'), false],
    ['it speaks HTTP/1.0', GET.replace('1.1', '1.0'), false],
    ['its body has not all come', POST.slice(0, -1), false],
    ['the server stops', GET, true],
  ])('is the last on its connection where %s', (_, text, stopping) => {
    const { receive, asked, sent, events } = connected({ stopping })
    receive(text)
    asked[0]?.respond(OK)
    expect(sent()).toBe(replyText('ok', 'connection: close\r\n'))
    expect(events).toEqual(['ended'])
    receive(GET)
    expect(asked).toHaveLength(1)
  })

  test('that is malformed is refused, and nothing after it is read', () => {
    const { receive, asked, sent, events } = connected()
    receive(`GET / HTTP/1.1\r\n\r\n${GET}`)
    expect(sent()).toStartWith('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n')
    expect(sent()).toContain('it names no host')
    receive(GET)
    expect([asked.length, events]).toEqual([0, ['ended']])
  })

  test('with malformed chunks fails for the reader of its body', () => {
    const { receive, asked } = connected()
    const text = GET.replace('\r\n\r\n', '\r\ntransfer-encoding: chunked\r\n\r\n')
    let told = 0
    receive(text)
    const [exchange] = asked
    if (exchange) exchange.onBody = () => told++
    receive('2\r\nab\r\n')
    receive('xyz\r\n')
    expect([told, exchange?.size, exchange?.whole]).toEqual([2, 2, false])
    expect(exchange?.malformed).toBe('a chunk has no proper size')
  })

  test('with Expect gets its 100 when its body is read, and not after a byte of it', () => {
    const { receive, asked, sent } = connected()
    const [head = ''] = POST.split('hello')
    receive(head.replace('\r\n\r\n', '\r\nexpect: 100-continue\r\n\r\n'))
    asked[0]?.askForBody()
    expect(sent()).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    receive('h')
    asked[0]?.askForBody()
    expect(sent()).toBe('HTTP/1.1 100 Continue\r\n\r\n')
  })

  test('learns that its client has left', () => {
    const { receive, asked, connection, sent } = connected()
    receive(GET)
    const told: string[] = []
    const [exchange] = asked
    if (exchange) exchange.abortWhenGone = { abort: () => void told.push('gone') }
    connection.closed()
    exchange?.respond(OK)
    expect([told, exchange?.gone, sent()]).toEqual([['gone'], true, ''])
  })
})

describe('a request whose key is revoked', () => {
  test.each([
    ['while it waits', (_: Exchange) => {}],
    ['after its stream began', (exchange: Exchange) => exchange.stream(OK).flush()],
    ['after an upgrade', (exchange: Exchange) => void exchange.upgrade({ upgrade: 'websocket' })],
  ])('ends %s, and the code that works on it learns so', (_, begin) => {
    const { receive, asked, events } = connected()
    receive(GET)
    const told: string[] = []
    const exchange = asked[0] as Exchange
    exchange.abortWhenGone = { abort: () => void told.push('gone') }
    begin(exchange)
    exchange.revoke()
    expect(events).toEqual(['terminated', 'gone'])
    expect([told, exchange.gone]).toEqual([['gone'], true])
  })

  test('no longer waits for its body', () => {
    const { receive, asked, sent } = connected()
    receive(POST.slice(0, -1))
    const exchange = asked[0] as Exchange
    const told: boolean[] = []
    exchange.onBody = () => told.push(exchange.gone)
    exchange.refusal = { revoked: () => ({ ...OK, body: 'revoked' }) }
    exchange.revoke()
    expect(told).toEqual([true])
    expect(sent()).toBe(replyText('revoked', 'connection: close\r\n'))
  })
})

test('a stream that begins after its request was refused sends nothing', () => {
  const { receive, asked, sent } = connected()
  receive(GET)
  const exchange = asked[0] as Exchange
  exchange.refusal = { revoked: () => ({ ...OK, body: 'revoked' }) }
  exchange.revoke()
  const before = sent()
  const stream = exchange.stream(OK)
  stream.flush()
  void stream.write(Buffer.from('late'))
  stream.end(null)
  expect(sent()).toBe(before)
})

test('an upgraded connection ends with `abort`, and a client that left can’t be upgraded', () => {
  const first = connected()
  first.receive(GET)
  first.asked[0]?.upgrade({ upgrade: 'websocket' })
  first.asked[0]?.abort()
  expect(first.events).toEqual(['terminated', 'gone'])
  const second = connected()
  second.receive(GET)
  second.connection.closed()
  expect(second.asked[0]?.upgrade({ upgrade: 'websocket' })).toBeNull()
})

describe('time', () => {
  test('ends a connection without a request after half a minute', () => {
    const { later, events, sent } = connected()
    later(29_000)
    expect(events).toEqual([])
    later(31_000)
    expect([events, sent()]).toEqual([['ended'], ''])
    later(1_000)
    expect(events).toEqual(['ended'])
    later(3_000)
    expect(events).toEqual(['ended', 'terminated', 'gone'])
  })

  test('ends headers that do not arrive, with 408', () => {
    const { receive, later, events, sent } = connected()
    receive('GET / HTTP/1.1\r\n')
    later(9_000)
    expect(sent()).toBe('')
    later(11_000)
    expect(sent()).toStartWith('HTTP/1.1 408 ')
    expect(events).toEqual(['ended'])
  })

  test('ends a connection whose client reads nothing of a reply', () => {
    const { receive, asked, later, events } = connected({ room: 20 })
    receive(GET)
    asked[0]?.respond(OK)
    later(900)
    expect(events).toEqual([])
    later(1_100)
    expect(events).toEqual(['terminated', 'gone'])
  })

  test("doesn't end a request in flight", () => {
    const { receive, later, events } = connected()
    receive(GET)
    later(3_600_000)
    expect(events).toEqual([])
  })
})

describe('requests that come early', () => {
  const MORE = POST.repeat(2_000)

  test('are not kept alive when there are many: the reply in flight is the last', () => {
    const { receive, asked, events, sent } = connected()
    receive(GET)
    receive(MORE)
    asked[0]?.respond(OK)
    expect(sent()).toBe(replyText('ok', 'connection: close\r\n'))
    receive(GET)
    expect([asked.length, events]).toEqual([1, ['ended']])
  })

  test('end the connection after a stream that began before them', () => {
    const { receive, asked, events } = connected()
    receive(GET)
    const stream = asked[0]?.stream(OK)
    stream?.flush()
    for (const piece of [MORE, GET]) receive(piece)
    stream?.end(null)
    expect([asked.length, events]).toEqual([1, ['ended']])
  })

  test('end it after a reply that the client still has to read', () => {
    const { receive, asked, events, sent, drain } = connected({ room: 20 })
    receive(GET)
    asked[0]?.respond(OK)
    receive(MORE)
    expect(events).toEqual([])
    drain()
    expect(sent()).toBe(replyText('ok'))
    expect([asked.length, events]).toEqual([1, ['ended']])
  })
})

test('is idle between two requests only', () => {
  const { connection, receive, asked } = connected()
  expect(connection.isIdle()).toBe(true)
  receive('GET')
  expect(connection.isIdle()).toBe(false)
  receive(GET.slice(3))
  expect(connection.isIdle()).toBe(false)
  asked[0]?.respond(OK)
  expect(connection.isIdle()).toBe(true)
})

describe('a stream of known length', () => {
  const HEAD = { status: 200, headers: {}, length: 5 }
  const bytes = (text: string) => new TextEncoder().encode(text)

  test('reports its length and leaves the connection open', () => {
    const { receive, asked, sent, events } = connected()
    receive(GET)
    const stream = asked[0]?.stream(HEAD)
    void stream?.write(bytes('he'))
    stream?.end(bytes('llo'))
    expect(sent()).toContain('content-length: 5\r\n')
    expect(sent()).toEndWith('\r\n\r\nhello')
    expect(sent()).not.toContain('chunked')
    expect(events).toEqual([])
  })

  test.each([
    ['shorter', ['ab', 'XY']],
    ['longer', ['ab', 'XYZW']],
  ])('that turns out %s is broken off', (_, [first = '', last = '']) => {
    const { receive, asked, sent, events } = connected()
    receive(GET)
    const stream = asked[0]?.stream(HEAD)
    void stream?.write(bytes(first))
    stream?.end(bytes(last))
    expect(events.length).toBeGreaterThan(0)
    expect(sent()).not.toContain(last)
  })
})
