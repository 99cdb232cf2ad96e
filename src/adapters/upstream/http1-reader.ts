/** Reads HTTP/1.1 replies from the bytes of a connection (RFC 9112): strict, lest one reply pass for another. */

import { framingOf, type HeaderLines, MalformedReply, parseHead } from './http1-head.ts'

export interface ReplySink {
  head(status: number, headers: HeaderLines): void
  body(bytes: Uint8Array): void
  /** The reply is whole. `reusable`: the connection may carry another one. */
  end(reusable: boolean): void
}

export interface ReplyReader {
  /** Expects a reply. */
  start(): void
  /** Throws MalformedReply. */
  push(bytes: Buffer): void
  /** The upstream will send no more. False where the reply is not whole. */
  close(): boolean
}

type Mode = 'idle' | 'head' | 'length' | 'size' | 'chunk' | 'chunk end' | 'trailer' | 'until close'

const MAX_HEAD_BYTES = 64 * 1024
const MAX_SIZE_LINE = 256
/** Chunk sizes above this many hex digits are no honest sizes. */
const MAX_SIZE_DIGITS = 12
const CR = 13
const LF = 10
const CLOSE = /\bclose\b/i
const SEMICOLON = 59
const SPACE = 32
const TAB = 9

export function createReplyReader(sink: ReplySink): ReplyReader {
  let mode: Mode = 'idle'
  let held: Buffer | null = null
  /** Bytes of the body or of the chunk that are still to come. */
  let left = 0
  let lineLength = 0
  let digits = 0
  let inExtension = false
  let afterCr = false
  let keepAlive = true

  const finish = () => {
    mode = 'idle'
    sink.end(keepAlive)
  }

  const startLine = () => {
    lineLength = 0
    digits = 0
    inExtension = false
    afterCr = false
  }

  /** Each of these reads on from `at` and returns where it stopped: slices cost more than counting. */
  const readHead = (bytes: Buffer, at: number): number => {
    const before = held?.length ?? 0
    const whole =
      held === null ? bytes : Buffer.concat([held, at === 0 ? bytes : bytes.subarray(at)])
    const from = held === null ? at : 0
    const end = whole.indexOf('\r\n\r\n', from)
    if (end < 0 || end - from > MAX_HEAD_BYTES) {
      if (whole.length - from > MAX_HEAD_BYTES) throw new MalformedReply('its headers are too long')
      held = whole.subarray(from)
      return bytes.length
    }
    held = null
    readFraming(whole.toString('latin1', from, end))
    return end + 4 - before + (before > 0 ? at : 0)
  }

  const readFraming = (head: string): void => {
    const { status, minor, headers } = parseHead(head)
    // Interim replies (100, 103) come before the one that counts; nobody asked to switch protocols.
    if (status === 101) throw new MalformedReply('it switched protocols unasked')
    if (status < 200) return
    keepAlive = minor === 1 && !CLOSE.test(headers.get('connection') ?? '')
    const framing = framingOf(status, headers)
    if (framing.ambiguous) keepAlive = false
    mode = framing.mode
    left = framing.length
    startLine()
    if (mode === 'until close') keepAlive = false
    sink.head(status, headers)
    if (mode === 'length' && left === 0) finish()
  }

  const readBytes = (bytes: Buffer, at: number): number => {
    const end = Math.min(at + left, bytes.length)
    left -= end - at
    sink.body(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end))
    if (left === 0) {
      if (mode === 'length') finish()
      else mode = 'chunk end'
    }
    return end
  }

  /** `1a3;extension CR LF`. */
  const readSize = (bytes: Buffer, from: number): number => {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (++lineLength > MAX_SIZE_LINE) throw new MalformedReply('a chunk has too long a size line')
      if (afterCr) {
        if (byte !== LF || digits === 0) throw new MalformedReply('a chunk has no proper size')
        startLine()
        mode = left === 0 ? 'trailer' : 'chunk'
        return at + 1
      }
      if (byte === CR) afterCr = true
      else if (inExtension) continue
      // Some servers pad the size with spaces.
      else if (byte === SEMICOLON || byte === SPACE || byte === TAB) inExtension = true
      else {
        const digit = hexDigit(byte)
        if (digit < 0 || ++digits > MAX_SIZE_DIGITS)
          throw new MalformedReply('a chunk has no proper size')
        left = left * 16 + digit
      }
    }
    return bytes.length
  }

  const readChunkEnd = (bytes: Buffer, from: number): number => {
    for (let at = from; at < bytes.length; at++) {
      if (bytes[at] !== (afterCr ? LF : CR)) throw new MalformedReply('a chunk is longer than said')
      if (afterCr) {
        startLine()
        mode = 'size'
        return at + 1
      }
      afterCr = true
    }
    return bytes.length
  }

  /** Trailers are dropped; an empty line ends them. */
  const readTrailer = (bytes: Buffer, from: number): number => {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]
      if (++left > MAX_HEAD_BYTES) throw new MalformedReply('its trailers are too long')
      if (byte === LF) {
        if (!afterCr) throw new MalformedReply('a trailer has no proper end')
        if (lineLength === 0) {
          finish()
          return at + 1
        }
        startLine()
      } else if (byte === CR && !afterCr) afterCr = true
      else if (afterCr) throw new MalformedReply('a trailer has no proper end')
      else lineLength++
    }
    return bytes.length
  }

  const step = (bytes: Buffer, at: number): number => {
    switch (mode) {
      case 'head':
        return readHead(bytes, at)
      case 'length':
      case 'chunk':
        return readBytes(bytes, at)
      case 'size':
        return readSize(bytes, at)
      case 'chunk end':
        return readChunkEnd(bytes, at)
      case 'trailer':
        return readTrailer(bytes, at)
      case 'until close':
        sink.body(at === 0 ? bytes : bytes.subarray(at))
        return bytes.length
      case 'idle':
        throw new MalformedReply('it sent more than its reply')
    }
  }

  return {
    start() {
      mode = 'head'
      held = null
    },
    push(bytes) {
      let at = 0
      while (at < bytes.length) at = step(bytes, at)
    },
    close() {
      if (mode === 'until close') finish()
      return mode === 'idle'
    },
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
