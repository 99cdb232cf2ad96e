/** Reads HTTP/1.1 messages from the bytes of a connection (RFC 9112): strict, lest one message pass for another. */
import { type Framing, MalformedMessage } from './head-lines.ts'

export interface MessageSink {
  /** The head without the empty line at its end. Null: another head follows. Throws MalformedMessage. */
  head(text: string): Framing | null
  body(bytes: Uint8Array): void
  /** The message is whole. */
  end(): void
}

type Mode = 'idle' | 'head' | 'length' | 'size' | 'chunk' | 'chunk end' | 'trailer' | 'until close'

const MAX_HEAD_BYTES = 64 * 1024
const MAX_SIZE_LINE = 256
/** Chunk sizes above this many hex digits are no honest sizes. */
const MAX_SIZE_DIGITS = 12
/** Up to this the runtime keeps bytes among its objects, and allocates nothing else for them. */
const MAX_COPIED_BYTES = 1000
const copyOf = Uint8Array.prototype.slice
const CR = 13
const LF = 10
const SEMICOLON = 59
const SPACE = 32
const TAB = 9

/** A class, for its state is cold at each chunk of one of thousands of streams: closures lie in more places. */
export class MessageReader {
  private readonly sink: MessageSink
  private mode: Mode = 'idle'
  private held: Buffer | null = null
  /** Bytes of the body or of the chunk that are still to come. */
  private left = 0
  private lineLength = 0
  private digits = 0
  private inExtension = false
  private afterCr = false

  constructor(sink: MessageSink) {
    this.sink = sink
  }

  /** Expects a message. */
  start(): void {
    this.mode = 'head'
    this.held = null
  }

  /** Returns where the message ended, or the length where it goes on. Throws MalformedMessage. */
  push(bytes: Buffer): number {
    let at = 0
    while (at < bytes.length && this.mode !== 'idle') at = this.step(bytes, at)
    return at
  }

  /** A part of a head has come, but not all of it. */
  isInHead(): boolean {
    return this.held !== null
  }

  /** The other side will send no more. False where the message is not whole. */
  close(): boolean {
    if (this.mode === 'until close') this.finish()
    return this.mode === 'idle'
  }

  private step(bytes: Buffer, at: number): number {
    switch (this.mode) {
      case 'head':
        return this.readHead(bytes, at)
      case 'length':
      case 'chunk':
        return this.readBytes(bytes, at)
      case 'size':
        return this.readSize(bytes, at)
      case 'chunk end':
        return this.readChunkEnd(bytes, at)
      case 'trailer':
        return this.readTrailer(bytes, at)
      case 'until close':
        this.sink.body(at === 0 ? bytes : bytes.subarray(at))
        return bytes.length
      case 'idle':
        return at
    }
  }

  private finish(): void {
    this.mode = 'idle'
    this.sink.end()
  }

  private startLine(): void {
    this.lineLength = 0
    this.digits = 0
    this.inExtension = false
    this.afterCr = false
  }

  /** Each of these reads on from `at` and returns where it stopped: slices cost more than counting. */
  private readHead(bytes: Buffer, at: number): number {
    const before = this.held?.length ?? 0
    const whole =
      this.held === null ? bytes : Buffer.concat([this.held, at === 0 ? bytes : bytes.subarray(at)])
    const from = this.held === null ? at : 0
    // What was held has been looked through, but for the beginning of an empty line at its end.
    const end = headEnd(whole, Math.max(from, before - 3))
    if (end < 0 || end - from > MAX_HEAD_BYTES) {
      if (whole.length - from > MAX_HEAD_BYTES)
        throw new MalformedMessage('its headers are too long')
      this.held = whole.subarray(from)
      return bytes.length
    }
    this.held = null
    this.readFraming(whole.toString('latin1', from, end))
    return end + 4 - before + (before > 0 ? at : 0)
  }

  private readFraming(head: string): void {
    const framing = this.sink.head(head)
    if (framing === null) return
    this.mode = framing.mode
    this.left = framing.length
    this.startLine()
    if (this.mode === 'length' && this.left === 0) this.finish()
  }

  private readBytes(bytes: Buffer, at: number): number {
    const end = Math.min(at + this.left, bytes.length)
    this.left -= end - at
    this.sink.body(at === 0 && end === bytes.length ? bytes : part(bytes, at, end))
    if (this.left === 0) {
      if (this.mode === 'length') this.finish()
      else this.mode = 'chunk end'
    }
    return end
  }

  /** `1a3;extension CR LF`. */
  private readSize(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (++this.lineLength > MAX_SIZE_LINE)
        throw new MalformedMessage('a chunk has too long a size line')
      if (this.afterCr) {
        if (byte !== LF || this.digits === 0)
          throw new MalformedMessage('a chunk has no proper size')
        this.startLine()
        this.mode = this.left === 0 ? 'trailer' : 'chunk'
        return at + 1
      }
      if (byte === CR) this.afterCr = true
      else if (byte === LF) throw new MalformedMessage('a chunk has no proper size')
      else if (this.inExtension) continue
      // Some servers pad the size with spaces.
      else if (byte === SEMICOLON || byte === SPACE || byte === TAB) this.inExtension = true
      else {
        const digit = hexDigit(byte)
        if (digit < 0 || ++this.digits > MAX_SIZE_DIGITS)
          throw new MalformedMessage('a chunk has no proper size')
        this.left = this.left * 16 + digit
      }
    }
    return bytes.length
  }

  private readChunkEnd(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      if (bytes[at] !== (this.afterCr ? LF : CR))
        throw new MalformedMessage('a chunk is longer than said')
      if (this.afterCr) {
        this.startLine()
        this.mode = 'size'
        return at + 1
      }
      this.afterCr = true
    }
    return bytes.length
  }

  /** Trailers are dropped; an empty line ends them. */
  private readTrailer(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]
      if (++this.left > MAX_HEAD_BYTES) throw new MalformedMessage('its trailers are too long')
      if (byte === LF) {
        if (!this.afterCr) throw new MalformedMessage('a trailer has no proper end')
        if (this.lineLength === 0) {
          this.finish()
          return at + 1
        }
        this.startLine()
      } else if (byte === CR && !this.afterCr) this.afterCr = true
      else if (this.afterCr) throw new MalformedMessage('a trailer has no proper end')
      else this.lineLength++
    }
    return bytes.length
  }
}

/** Where the empty line at a head's end begins, or -1. Searching for a text would move the bytes to another heap. */
function headEnd(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(LF, from + 3); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at - 1] === CR && bytes[at - 2] === LF && bytes[at - 3] === CR) return at - 3
  }
  return -1
}

/** A copy where it is small: a view costs the runtime four allocations, and as many to clear away. */
function part(bytes: Buffer, from: number, to: number): Uint8Array {
  return to - from > MAX_COPIED_BYTES ? bytes.subarray(from, to) : copyOf.call(bytes, from, to)
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
