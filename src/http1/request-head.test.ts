/** Which request heads are valid; anything two readers could interpret differently is rejected. */
import { describe, expect, test } from 'bun:test'
import { MalformedMessage } from './head-lines.ts'
import { readRequestHead } from './request-head.ts'

const head = (lines: string[], line = 'POST /v1/x?a=b HTTP/1.1') =>
  readRequestHead([line, 'Host: x', ...lines].join('\r\n'))

describe('a head', () => {
  test('has a method, a target, headers, and a body of a known length', () => {
    const { method, target, headers, framing, minor, keepAlive } = head([
      'Content-Length: \t12 ',
      'X-Two: a',
      'x-two:b',
    ])
    expect([method, target, minor, keepAlive]).toEqual(['POST', '/v1/x?a=b', 1, true])
    expect(framing).toEqual({ mode: 'length', length: 12 })
    expect(headers.get('x-two')).toBe('a, b')
    expect(headers.get('x-three')).toBeNull()
    expect(headers.entries()).toEqual([
      ['Host', 'x'],
      ['Content-Length', '12'],
      ['X-Two', 'a'],
      ['x-two', 'b'],
    ])
  })

  test('without a length has no body', () => {
    expect(head([]).framing).toEqual({ mode: 'length', length: 0 })
  })

  test('may announce chunks', () => {
    expect(head(['transfer-encoding: Chunked']).framing.mode).toBe('size')
  })

  test.each([
    [['connection: close'], 'POST / HTTP/1.1'],
    [['Connection: x, Close'], 'POST / HTTP/1.1'],
    [[], 'POST / HTTP/1.0'],
    [['connection: keep-alive'], 'POST / HTTP/1.0'],
  ])('with %j ends its connection (%s)', (lines, line) => {
    expect(head(lines, line).keepAlive).toBe(false)
  })

  test('of HTTP/1.0 need not name its host', () => {
    expect(readRequestHead('GET /livez HTTP/1.0').target).toBe('/livez')
  })
})

describe('refused is', () => {
  test.each([
    ['GET /'],
    ['GET / HTTP/2'],
    ['GET / HTTP/1.1 x'],
    ['GET  / HTTP/1.1'],
    ['GET /a b HTTP/1.1'],
    ['GET / http/1.1'],
    ['G(T / HTTP/1.1'],
    [' GET / HTTP/1.1'],
    ['GET /\x00 HTTP/1.1'],
    [''],
  ])('the first line %j', (line) => {
    expect(() => head([], line)).toThrow(MalformedMessage)
  })

  test.each([
    ['content-length: 5\r\ntransfer-encoding: chunked'],
    ['content-length: 5\r\ncontent-length: 5'],
    ['content-length: 5, 5'],
    ['content-length: 5\t'],
    ['content-length: 5\t '],
    ['transfer-encoding: chunked\t'],
    ['content-length: +5'],
    ['content-length: 5\x0b'],
    ['content-length: 0x5'],
    ['content-length:'],
    ['content-length: 9999999999999999'],
    ['transfer-encoding: gzip, chunked'],
    ['transfer-encoding: chunked\x0b'],
    ['transfer-encoding: chunked\r\ntransfer-encoding: chunked'],
    ['transfer-encoding:'],
    ['host: y'],
    [' folded: x'],
    ['name : x'],
    ['no colon'],
    ['x: a\nb: c'],
    ['x: a\rb: c'],
    ['x: a\x00'],
  ])('the header %j', (line) => {
    expect(() => head([line])).toThrow(MalformedMessage)
  })

  test.each(['', 'a b', 'x, y', 'user@x', 'x/y', 'x?y', 'x#y', 'x\\y'])('the host %j', (host) => {
    const refusal = host === '' ? null : MalformedMessage
    const read = () => readRequestHead(`GET / HTTP/1.1\r\nhost: ${host}`)
    if (refusal === null) expect(read().target).toBe('/')
    else expect(read).toThrow(refusal)
  })

  test('a request of HTTP/1.1 without a host, and chunks in HTTP/1.0', () => {
    expect(() => readRequestHead('GET / HTTP/1.1')).toThrow(MalformedMessage)
    expect(() => head(['transfer-encoding: chunked'], 'POST / HTTP/1.0')).toThrow(MalformedMessage)
  })
})

describe('what llhttp refuses', () => {
  test.each(['GET /\xff HTTP/1.1', 'GET http://u@x/v1 HTTP/1.1', 'GET http://u:p@x/v1 HTTP/1.1'])(
    '%j is not a request line',
    (line) => {
      expect(() => head([], line)).toThrow(MalformedMessage)
    },
  )
  test.each(['a: \x01', 'a: \x7f', 'a: \x0b'])('%j is not a header', (line) => {
    expect(() => head([line])).toThrow(MalformedMessage)
  })
  test('an @ in a path or a query names no user', () => {
    expect(head([], 'GET http://x/a@b?c=//d@e HTTP/1.1').target).toBe('http://x/a@b?c=//d@e')
    expect(head([], 'GET /x?u=http://a@b HTTP/1.1').method).toBe('GET')
  })
})
