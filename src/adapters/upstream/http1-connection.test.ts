/** One connection and its exchanges: reuse, truncation, cancellation, excess bytes. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { TransportError } from '../../upstreams/transport.ts'
import { Connection, headOf } from './http1-connection.ts'

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

/** A connection on a wire that accepts `room` bytes per write, and a log of its events. */
function connected({ room = Number.POSITIVE_INFINITY } = {}) {
  const events: string[] = []
  let sent = ''
  const connection = new Connection(
    {
      write(bytes, length) {
        const taken = Math.min(length, room)
        sent += Buffer.from(bytes.subarray(0, taken)).toString()
        return taken
      },
      hold: (back) => void events.push(back ? 'held' : 'released'),
      destroy: () => void events.push('destroyed'),
    },
    { idle: () => void events.push('idle'), gone: () => void events.push('gone') },
  )
  const receive = (text: string) => connection.received(Buffer.from(text))
  return { connection, events, receive, sent: () => sent }
}

async function faultOf(reply: Promise<unknown>): Promise<TransportError> {
  const error = await reply.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof TransportError) return error
  throw new Error('no TransportError')
}

describe('a connection', () => {
  test('carries one exchange after the other', async () => {
    const { connection, receive, events, sent } = connected()
    for (const body of ['one', 'two']) {
      const sending = connection.exchange('POST\r\n', body)
      receive(OK)
      const reply = await sending.reply
      expect(reply.status).toBe(200)
      expect(Buffer.from((await reply.next()) ?? []).toString()).toBe('ok')
      expect(await reply.next()).toBeNull()
    }
    const length = 'content-length: 3\r\n\r\n'
    expect(sent()).toBe(`POST\r\n${length}onePOST\r\n${length}two`)
    expect(events).toEqual(['idle', 'idle'])
  })

  test('sends what the socket did not take once it has room', async () => {
    const { connection, sent } = connected({ room: 4 })
    connection.exchange('POST\r\n', 'body').reply.catch(() => {})
    // Requests to other upstreams are assembled in the same shared buffer meanwhile.
    connected()
      .connection.exchange('another one\r\n', 'with a body')
      .reply.catch(() => {})
    for (let turn = 0; turn < 10; turn++) connection.drained()
    expect(sent()).toBe('POST\r\ncontent-length: 4\r\n\r\nbody')
  })

  test('sends a body of any size, with its length in bytes', () => {
    for (const size of [0, 1, 60_000, 130_000, 300_000]) {
      const { connection, sent } = connected()
      const body = 'é'.repeat(size)
      connection.exchange('POST\r\n', body).reply.catch(() => {})
      expect(sent()).toBe(`POST\r\ncontent-length: ${2 * size}\r\n\r\n${body}`)
    }
  })

  test('is not reused if the reply arrived before the whole request was sent', async () => {
    const { connection, receive, events } = connected({ room: 4 })
    const sending = connection.exchange('POST\r\n', 'body')
    receive(OK)
    expect((await sending.reply).status).toBe(200)
    expect(events).toEqual(['destroyed', 'gone'])
  })

  test.each([
    ['idle, unasked', ''],
    ['right after its reply', OK],
  ])('is closed if the upstream sends more than replies: %s', async (_, before) => {
    const { connection, receive, events } = connected()
    if (before !== '') connection.exchange('POST\r\n', null).reply.catch(() => {})
    receive(`${before}HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\ncanary`)
    expect(events.slice(-2)).toEqual(['destroyed', 'gone'])
  })

  test('whatever follows a reply, in whatever pieces, ends it and is in no body', async () => {
    const framed = (body: string, chunked: boolean) =>
      chunked
        ? `transfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
        : `content-length: ${body.length}\r\n\r\n${body}`
    const text = fc.string({ minLength: 1, unit: 'grapheme-ascii' })
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), text, cuts, async (body, chunked, excess, shares) => {
        const { connection, receive, events } = connected()
        const sending = connection.exchange('POST\r\n', null)
        const all = `HTTP/1.1 200 OK\r\n${framed(body, chunked)}${excess}`
        const at = shares.map((share) => Math.floor(share * all.length)).toSorted((a, b) => a - b)
        for (const [index, from] of [0, ...at].entries()) receive(all.slice(from, at[index]))
        const reply = await sending.reply
        let read = ''
        for (let part = await reply.next(); part !== null; part = await reply.next())
          read += Buffer.from(part).toString()
        expect(read).toBe(body)
        expect(events.slice(-2)).toEqual(['destroyed', 'gone'])
      }),
    )
  })

  test('closed instead of its first reply tells of the upstream, of a later one only of its age', async () => {
    const { connection } = connected()
    const first = connection.exchange('POST\r\n', null)
    connection.closed('ECONNRESET')
    expect(await faultOf(first.reply)).toMatchObject({
      fault: 'other',
      ambiguous: true,
      message: 'the connection was reset before a reply',
    })

    const { connection: used, receive } = connected()
    const earlier = used.exchange('POST\r\n', null)
    receive(OK)
    await earlier.reply
    const second = used.exchange('POST\r\n', null)
    used.closed(null)
    expect(await faultOf(second.reply)).toMatchObject({
      fault: 'reset',
      message: 'the connection was closed before a reply',
    })
  })

  test.each([
    ['reset', 'ECONNRESET'],
    ['closed', null],
  ])('%s in the middle of a reply gives out what came, then fails', async (how, error) => {
    const { connection, receive } = connected()
    const sending = connection.exchange('POST\r\n', null)
    receive('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\npart')
    const reply = await sending.reply
    connection.closed(error)
    expect(Buffer.from((await reply.next()) ?? []).toString()).toBe('part')
    const failed = await faultOf(Promise.resolve(reply.next()))
    expect(failed.message).toBe(`the connection was ${how} in the middle of the reply`)
  })

  test('that is closed with the end of a reply without length ends that reply', async () => {
    const { connection, receive } = connected()
    const sending = connection.exchange('POST\r\n', null)
    receive('HTTP/1.1 200 OK\r\n\r\nall')
    const reply = await sending.reply
    connection.closed(null)
    expect(Buffer.from((await reply.next()) ?? []).toString()).toBe('all')
    expect(await reply.next()).toBeNull()
  })

  test('that is reset does not end a reply without a length', async () => {
    const { connection, receive } = connected()
    const sending = connection.exchange('POST\r\n', null)
    receive('HTTP/1.1 200 OK\r\n\r\nall')
    const reply = await sending.reply
    connection.closed('ECONNRESET')
    await reply.next()
    expect((await faultOf(Promise.resolve(reply.next()))).fault).toBe('other')
  })

  test('is closed by a cancel, but not by one that comes after the end', async () => {
    const { connection, receive, events } = connected()
    const done = connection.exchange('POST\r\n', null)
    receive(OK)
    await done.reply
    done.cancel()
    expect(events).toEqual(['idle'])
    const going = connection.exchange('POST\r\n', null)
    going.cancel()
    expect((await faultOf(going.reply)).message).toBe('given up')
    expect(events).toEqual(['idle', 'destroyed', 'gone'])
  })

  test('is held back until the body is read', async () => {
    const { connection, receive, events } = connected()
    const sending = connection.exchange('POST\r\n', null)
    receive('HTTP/1.1 200 OK\r\ncontent-length: 900000\r\n\r\n')
    for (let part = 0; part < 3; part++) receive('x'.repeat(100_000))
    expect(events).toEqual(['held'])
    const reply = await sending.reply
    for (let part = 0; part < 2; part++) await reply.next()
    expect(events).toEqual(['held', 'released'])
  })
})

describe('the head of a request', () => {
  const address = { origin: 'http://a', secure: false, hostname: 'a', port: 80, host: 'a' }
  const request = { method: 'POST', url: '', headers: { name: 'value' }, body: null } as const

  test('names the host', () => {
    expect(headOf(request, address, '/v1')).toBe('POST /v1 HTTP/1.1\r\nhost: a\r\nname: value\r\n')
  })

  test('is that of its own URL and method where headers are used again', () => {
    const get = { ...request, method: 'GET', url: 'http://a/v2' } as const
    expect(headOf(request, address, '/v1')).toStartWith('POST /v1 ')
    expect(headOf(get, address, '/v2')).toStartWith('GET /v2 ')
    expect(headOf({ ...get, method: 'POST' }, address, '/v2')).toStartWith('POST /v2 ')
  })

  test.each(['a\r\nb: c', 'a\nb', 'a\0'])('never holds a line break of a header (%j)', (value) => {
    expect(() => headOf({ ...request, headers: { name: value } }, address, '/')).toThrow(
      'the header name holds a line break',
    )
  })
})
