/** What goes to a client on its connection: heads, whole replies and streams, and clients that lag. */
import { describe, expect, test } from 'bun:test'
import { connected, GET, OK, POST, replyText } from '../../test/support/client-on-a-socket.ts'

describe('a reply', () => {
  test('to HEAD has no body, but its length', () => {
    const { receive, asked, sent } = connected()
    receive(GET.replace('GET', 'HEAD'))
    asked[0]?.respond(OK)
    expect(sent()).toBe(replyText('ok').slice(0, -2))
  })

  test('never holds what a header could end its line with', () => {
    const { receive, asked, sent } = connected()
    receive(GET)
    asked[0]?.respond({ ...OK, headers: { 'x-name': 'a\r\nb: c\u010a\0é' } })
    expect(sent()).toContain('x-name: a??b: c??\xe9\r\n')
  })

  test('larger than one buffer is sent whole', () => {
    const { receive, asked, sent, drain } = connected({ room: 100_000 })
    const body = 'x'.repeat(300_000)
    receive(GET)
    asked[0]?.respond({ ...OK, body })
    drain(70_000)
    drain()
    expect(sent()).toBe(replyText(body))
  })

  test("that isn't read keeps the next request waiting", () => {
    const { receive, asked, sent, drain } = connected({ room: 20 })
    receive(GET)
    asked[0]?.respond(OK)
    receive(POST)
    expect(asked).toHaveLength(1)
    drain()
    expect(asked).toHaveLength(2)
    expect(sent()).toBe(replyText('ok'))
  })
})

describe('a stream', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n'
  const bytes = (text: string) => new TextEncoder().encode(text)

  test('goes out in chunks, its head with the first, its last with the end', () => {
    const { receive, asked, sent } = connected()
    receive(GET)
    const stream = asked[0]?.stream(OK)
    expect(sent()).toBe('')
    void stream?.write(bytes('one'))
    expect(sent()).toBe(`${HEAD}3\r\none\r\n`)
    stream?.end(bytes('two'))
    expect(sent()).toBe(`${HEAD}3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n`)
    receive(POST)
    expect(asked).toHaveLength(2)
  })

  test('sends its head first if asked to, and may leave its end open', () => {
    const { receive, asked, sent } = connected()
    receive(GET)
    const stream = asked[0]?.stream(OK)
    stream?.flush()
    expect(sent()).toBe(HEAD)
    stream?.end(null)
    expect(sent()).toBe(`${HEAD}0\r\n\r\n`)
  })

  test('of HTTP/1.0 has no chunks and ends with its connection', () => {
    const { receive, asked, sent, events } = connected()
    receive(GET.replace('1.1', '1.0'))
    const stream = asked[0]?.stream(OK)
    void stream?.write(bytes('one'))
    stream?.end(bytes('two'))
    expect(sent()).toBe(
      'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\nonetwo',
    )
    expect(events).toEqual(['ended'])
  })

  test('waits for a slow client until it has read everything or is gone', async () => {
    const { receive, asked, sent, drain, connection } = connected({ room: HEAD.length + 60 })
    receive(GET)
    const stream = asked[0]?.stream(OK)
    const [one, two] = [bytes('1'.repeat(90)), bytes('2'.repeat(90))]
    const taken = stream?.write(one)
    expect(taken).toBeInstanceOf(Promise)
    drain()
    await taken
    expect(stream?.write(two)).toBeUndefined()
    expect(sent()).toBe(`${HEAD}5a\r\n${'1'.repeat(90)}\r\n5a\r\n${'2'.repeat(90)}\r\n`)
    drain(0)
    const lost = stream?.write(two)
    expect(lost).toBeInstanceOf(Promise)
    connection.closed()
    await lost
  })

  test('that can say nothing more breaks its connection off', () => {
    const { receive, asked, events } = connected()
    receive(GET)
    void asked[0]?.stream(OK).write(bytes('one'))
    asked[0]?.respond({ ...OK, status: 500 })
    expect(events).toEqual(['terminated', 'gone'])
  })
})
