/** Reads HTTP/1.1 messages from a connection (RFC 9112), strictly, so that message boundaries are unambiguous. */
import { ChunkSizeLine } from './chunk-size-line.ts'
import { assertTrailer, type Framing, MalformedMessage } from './head-lines.ts'
import { SmallChunks } from './small-chunks.ts'

export interface MessageSink {
  /** Receives the head without its final empty line. Null: another head follows. Throws MalformedMessage. */
  head(text: string): Framing | null
  body(bytes: Uint8Array): void
  /** The message is complete. */
  end(): void
}

type Mode = 'idle' | 'head' | 'length' | 'size' | 'chunk' | 'chunk end' | 'trailer' | 'until close'

/** Replies are read leniently, requests are not: a proxy in front must find the same requests. */
export type MessageKind = 'request' | 'reply'

const MAX_HEAD_BYTES = 64 * 1024
/** Limit on interim replies (100, 103) before the final one. */
const MAX_INTERIM_HEADS = 16
const CR = 13
const LF = 10

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class MessageReader {
  private readonly sink: MessageSink
  private readonly isRequest: boolean
  private readonly sizeLine: ChunkSizeLine
  private readonly chunks: SmallChunks
  private mode: Mode = 'idle'
  private held: Buffer | null = null
  /** Bytes of the body or chunk still to come. */
  private left = 0
  private lineLength = 0
  private afterCr = false
  /** The partial trailer line; only for requests. */
  private trailer = ''
  private interimHeads = 0

  constructor(sink: MessageSink, kind: MessageKind) {
    this.sink = sink
    this.isRequest = kind === 'request'
    this.sizeLine = new ChunkSizeLine(this.isRequest)
    this.chunks = new SmallChunks((bytes) => sink.body(bytes))
  }

  /** Starts reading a message. */
  start(): void {
    this.mode = 'head'
    this.held = null
    this.interimHeads = 0
  }

  /** Returns the offset where the message ended, or the length if it continues. Throws MalformedMessage. */
  push(bytes: Buffer): number {
    let at = 0
    try {
      while (at < bytes.length && this.mode !== 'idle') at = this.step(bytes, at)
    } finally {
      this.chunks.flush(bytes)
    }
    return at
  }

  /** True if a head has arrived only in part. */
  isInHead(): boolean {
    return this.held !== null
  }

  /** The peer has closed its side. Returns false if the message is incomplete. */
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
    this.afterCr = false
    this.trailer = ''
    this.sizeLine.start()
  }

  /** Each of these reads on from `at` and returns where it stopped: passing offsets is cheaper than slicing. */
  private readHead(bytes: Buffer, at: number): number {
    const before = this.held?.length ?? 0
    const whole =
      this.held === null ? bytes : Buffer.concat([this.held, at === 0 ? bytes : bytes.subarray(at)])
    const from = this.held === null ? at : 0
    // The bytes held back were already searched, except for a partial empty line at their end.
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
    if (framing === null) {
      if (++this.interimHeads > MAX_INTERIM_HEADS)
        throw new MalformedMessage('it sends interim replies without end')
      return
    }
    this.mode = framing.mode
    this.left = framing.length
    this.startLine()
    if (this.mode === 'length' && this.left === 0) this.finish()
  }

  private readBytes(bytes: Buffer, at: number): number {
    const end = Math.min(at + this.left, bytes.length)
    this.left -= end - at
    this.chunks.add(bytes, at, end)
    if (this.left === 0) {
      if (this.mode === 'length') {
        this.chunks.flush(bytes)
        this.finish()
      } else this.mode = 'chunk end'
    }
    return end
  }

  private readSize(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      if (!this.sizeLine.push(bytes[at] as number)) continue
      this.left = this.sizeLine.size
      this.startLine()
      this.mode = this.left === 0 ? 'trailer' : 'chunk'
      return at + 1
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

  /** Drops trailers up to the empty line. */
  private readTrailer(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (++this.left > MAX_HEAD_BYTES) throw new MalformedMessage('its trailers are too long')
      if (byte === LF) {
        if (!this.afterCr) throw new MalformedMessage('a trailer has no proper end')
        if (this.lineLength === 0) {
          this.chunks.flush(bytes)
          this.finish()
          return at + 1
        }
        if (this.isRequest) assertTrailer(this.trailer)
        this.startLine()
      } else if (byte === CR && !this.afterCr) this.afterCr = true
      else if (this.afterCr) throw new MalformedMessage('a trailer has no proper end')
      else {
        this.lineLength++
        if (this.isRequest) this.trailer += String.fromCharCode(byte)
      }
    }
    return bytes.length
  }
}

/** Offset of the empty line that ends a head, or -1. Searching for a string would copy the bytes to another heap. */
function headEnd(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(LF, from + 3); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at - 1] === CR && bytes[at - 2] === LF && bytes[at - 3] === CR) return at - 3
  }
  return -1
}
