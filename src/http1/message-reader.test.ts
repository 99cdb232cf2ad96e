/** Which upstream replies are valid; the result does not depend on how the bytes are split. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { MalformedMessage } from './head-lines.ts'
import { MessageReader } from './message-reader.ts'
import { readReplyHead } from './reply-head.ts'

interface Read {
  statuses: number[]
  bodies: string[]
  reusable: boolean[]
}

/** Reads the pieces as replies to that many requests and returns the outcome. */
function read(pieces: readonly string[], closed = false): Read & { whole: boolean } {
  const found: Read = { statuses: [], bodies: [], reusable: [] }
  let body = ''
  let reusable = false
  const reader = new MessageReader(
    {
      head(text) {
        const head = readReplyHead(text)
        if (head === null) return null
        found.statuses.push(head.status)
        reusable = head.reusable
        return head.framing
      },
      body: (bytes) => {
        body += Buffer.from(bytes).toString('latin1')
      },
      end() {
        found.bodies.push(body)
        found.reusable.push(reusable)
        body = ''
      },
    },
    'reply',
  )
  reader.start()
  for (const piece of pieces) {
    const bytes = Buffer.from(piece, 'latin1')
    if (reader.push(bytes) < bytes.length) throw new MalformedMessage('more than a reply')
  }
  return { ...found, whole: closed ? reader.close() : found.bodies.length > 0 }
}

const LENGTH = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\nX-Two: a\r\nx-two: b\r\n\r\nhello'
const CHUNKED =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;name=value\r\nhel\r\n2 \r\nlo\r\n0\r\nx-trailer: 1\r\n\r\n'
const INTERIM = `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${LENGTH}`

describe('a reply', () => {
  test.each([
    ['of a known length', LENGTH],
    ['in chunks', CHUNKED],
    ['after interim ones', INTERIM],
  ])('%s is read the same however its bytes are cut', (_, text) => {
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 40 }), (cuts) => {
        const places = [0, ...cuts.sort((one, other) => one - other), text.length]
        const pieces = places.slice(1).map((end, at) => text.slice(places[at], end))
        expect(read(pieces)).toEqual({
          statuses: [200],
          bodies: ['hello'],
          reusable: [true],
          whole: true,
        })
      }),
    )
    expect(read([...text]).bodies).toEqual(['hello'])
  })

  test('without a length lasts until the upstream closes, and its connection is not used again', () => {
    const text = 'HTTP/1.1 200 OK\r\n\r\nhello'
    expect(read([text]).bodies).toEqual([])
    expect(read([text], true)).toMatchObject({ bodies: ['hello'], reusable: [false], whole: true })
  })

  test.each([
    ['HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello'],
    [CHUNKED.slice(0, -2)],
    ['HTTP/1.1 200 OK\r\ncontent-le'],
    [''],
  ])('that is closed before its end is not whole (%j)', (text) => {
    expect(read([text], true).whole).toBe(false)
  })

  test.each([
    ['HTTP/1.1 204 No Content\r\n\r\n'],
    ['HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
  ])('may have no body (%j)', (text) => {
    expect(read([text])).toMatchObject({ bodies: [''], reusable: [true] })
  })

  test.each([
    ['HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n', 'is of HTTP/1.0'],
    ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: Close\r\n\r\n', 'says so'],
    [CHUNKED.replace('\r\n\r\n', '\r\ncontent-length: 5\r\n\r\n'), 'names two framings'],
    ['HTTP/1.1 200 OK\r\ncontent-length: 5, 5\r\n\r\nhello', 'names its length twice'],
  ])('ends its connection where it %2$s', (text) => {
    expect(read([text]).reusable).toEqual([false])
  })
})

test.each([
  ['SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n\r\n'],
  ['HTTP/2 200\r\n\r\n'],
  ['HTTP/1.1 99 Low\r\n\r\n'],
  ['HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ['HTTP/1.1 200 OK\r\n folded: x\r\n\r\n'],
  ['HTTP/1.1 200 OK\r\nno colon\r\n\r\n'],
  ['HTTP/1.1 200 OK\r\nname : x\r\n\r\n'],
  ['HTTP/1.1 200 OK\r\nx: a\nb: c\r\n\r\n'],
  ['HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n'],
  ['HTTP/1.1 200 OK\r\ncontent-length: 5, 6\r\n\r\nhello'],
  ['HTTP/1.1 200 OK\r\ncontent-length: +5\r\n\r\nhello'],
  ['HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n'],
  ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n'],
  ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n'],
  ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffff\r\n'],
  ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhello\r\n'],
  [`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;${'x'.repeat(300)}\r\n`],
  ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;a\n=b\r\nhel\r\n'],
  ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: y\n\r\n'],
  [`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(70_000)}\r\n\r\n`],
  [`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(70_000)}`],
  [`${LENGTH}HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n`],
])('a malformed reply is refused, whole or byte by byte (%j)', (text) => {
  expect(() => read([text])).toThrow(MalformedMessage)
  expect(() => read([...text])).toThrow(MalformedMessage)
})

describe('a message in tiny chunks', () => {
  const parts: number[] = []
  const readerOf = (kind: 'request' | 'reply') =>
    new MessageReader(
      {
        head: () => ({ mode: 'size', length: 0 }),
        body: (bytes) => void parts.push(bytes.length),
        end() {},
      },
      kind,
    )

  test('gives its body on once a read, however many chunks the read holds', () => {
    parts.length = 0
    const reader = readerOf('reply')
    reader.start()
    reader.push(Buffer.from('x\r\n\r\n'))
    reader.push(Buffer.from('1\r\nx\r\n'.repeat(10_000)))
    reader.push(Buffer.from('1\r\nx\r\n'.repeat(5_000)))
    expect(parts).toEqual([10_000, 5_000])
  })

  test('keeps its order among large chunks', () => {
    const given: string[] = []
    const reader = new MessageReader(
      {
        head: () => ({ mode: 'size', length: 0 }),
        body: (bytes) => void given.push(Buffer.from(bytes).toString()),
        end: () => void given.push('.'),
      },
      'request',
    )
    reader.start()
    const large = 'L'.repeat(0x800)
    reader.push(Buffer.from(`x\r\n\r\n1\r\na\r\n1\r\nb\r\n800\r\n${large}\r\n1\r\nc\r\n0\r\n\r\n`))
    expect(given).toEqual(['ab', large, 'c', '.'])
  })

  test.each([
    'junk',
    'a b: c',
    'a: \u0001',
    'content-length: 3',
    'Transfer-Encoding: chunked',
    'Connection: close',
  ])('is refused with the trailer %j in a request alone', (trailer) => {
    const bytes = Buffer.from(`x\r\n\r\n0\r\n${trailer}\r\n\r\n`)
    const push = (kind: 'request' | 'reply') => () => {
      const reader = readerOf(kind)
      reader.start()
      reader.push(bytes)
    }
    expect(push('request')).toThrow(MalformedMessage)
    expect(push('reply')).not.toThrow()
  })
})

test('interim replies without end are refused', () => {
  expect(() => read(['HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1_000)])).toThrow('without end')
})
