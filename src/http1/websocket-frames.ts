/** Inspects WebSocket frames (RFC 6455, 5) as they pass through: strictly, and without changing a byte. */

/** Close codes of RFC 6455, 7.4.1. */
export const PROTOCOL_ERROR = 1002
export const TOO_BIG = 1009
export const POLICY = 1008

export class WebSocketError extends Error {
  override readonly name = 'WebSocketError'
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export interface FrameSink {
  /** A text message is too long to be read. */
  unread?(): void
  /** A whole text message. */
  text(message: string): void
  /** The peer's last frame. */
  close(): void
}

const CONTINUATION = 0
const TEXT = 1
const BINARY = 2
const CLOSE = 8
const PONG = 10
const FINAL = 0x80
const RESERVED = 0x70
const MASKED = 0x80
const MAX_CONTROL_BYTES = 125
/** Audio arrives in pieces of kilobytes; images in a session may be larger. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024
/** Longer messages are not inspected: usage is reported in short ones. */
const MAX_READ_BYTES = 1024 * 1024

/** Messages that are read; all others only pass. */
export interface MessagesRead {
  /** Binary messages as well, as texts. */
  binary: boolean
  maxBytes: number
}

const TEXTS: MessagesRead = { binary: false, maxBytes: MAX_READ_BYTES }
const HEAD_BYTES = 14

const decoder = new TextDecoder()

export class FrameReader {
  private readonly masked: boolean
  private readonly sink: FrameSink
  private readonly reads: MessagesRead
  private readonly head = Buffer.alloc(HEAD_BYTES)
  private headSize = 0
  /** Remaining bytes of the frame's payload; -1 while its head is being read. */
  private left = -1
  private opcode = 0
  private final = false
  private maskAt = 0
  private mask: Buffer | null = null
  /** Opcode of the fragmented message in progress; null between messages. */
  private message: number | null = null
  private size = 0
  private parts: Buffer[] | null = null
  /** How far into the latest bytes no text message is left that is still being collected. */
  private readTo = 0

  /**
   * `masked`: whether frames must be masked (a client's) or must not be (a server's). `reads`: which
   * messages the sink gets.
   */
  constructor(masked: boolean, sink: FrameSink, reads = TEXTS) {
    this.masked = masked
    this.sink = sink
    this.reads = reads
  }

  /**
   * Returns how many of these bytes, and all before them, belong to nothing that is yet to be read: what follows is a
   * text message whose end is missing. Throws WebSocketError.
   */
  push(bytes: Uint8Array): number {
    this.readTo = 0
    let at = 0
    while (at < bytes.length) {
      if (this.left < 0) at = this.readHead(bytes, at)
      if (this.left >= 0) at = this.readPayload(bytes, at)
      if (this.headSize === 0 && this.parts === null) this.readTo = at
    }
    return this.readTo
  }

  private readHead(bytes: Uint8Array, from: number): number {
    let at = from
    while (at < bytes.length) {
      this.head[this.headSize++] = bytes[at++] as number
      if (this.headSize === 2) this.checkStart()
      if (this.headSize >= 2 && this.headSize === this.headLength()) {
        this.beginFrame()
        break
      }
    }
    return at
  }

  private checkStart(): void {
    const [first = 0, second = 0] = this.head
    this.opcode = first & 15
    this.final = (first & FINAL) !== 0
    const isControl = this.opcode >= CLOSE
    if ((first & RESERVED) !== 0) throw protocolError('a reserved bit is set')
    if (((second & MASKED) !== 0) !== this.masked) throw protocolError('its masking is wrong')
    if (this.opcode > PONG || (this.opcode > BINARY && !isControl))
      throw protocolError('its opcode is unknown')
    if (isControl && (!this.final || (second & 127) > MAX_CONTROL_BYTES))
      throw protocolError('a control frame is too long or in fragments')
    if (!isControl && (this.opcode === CONTINUATION) === (this.message === null))
      throw protocolError('a fragment is out of its order')
  }

  private headLength(): number {
    const size = (this.head[1] as number) & 127
    const extended = size === 126 ? 2 : size === 127 ? 8 : 0
    return 2 + extended + (this.masked ? 4 : 0)
  }

  private beginFrame(): void {
    const short = (this.head[1] as number) & 127
    const maskStart = this.headSize - 4
    if (short === 126) this.left = this.head.readUInt16BE(2)
    else if (short === 127) this.left = this.longLength()
    else this.left = short
    this.mask = this.masked ? Buffer.from(this.head.subarray(maskStart, maskStart + 4)) : null
    this.maskAt = 0
    this.headSize = 0
    if (this.opcode < CLOSE) this.beginPart()
    this.endIfEmpty()
  }

  private beginPart(): void {
    if (this.opcode !== CONTINUATION) {
      this.message = this.opcode
      this.size = 0
      this.parts = this.opcode === TEXT || this.reads.binary ? [] : null
    }
    this.size += this.left
    if (this.size > MAX_MESSAGE_BYTES) throw new WebSocketError(TOO_BIG, 'a message is too long')
    if (this.size <= this.reads.maxBytes || this.parts === null) return
    this.parts = null
    this.sink.unread?.()
  }

  private longLength(): number {
    const length = this.head.readBigUInt64BE(2)
    if (length > BigInt(MAX_MESSAGE_BYTES)) throw new WebSocketError(TOO_BIG, 'a frame is too long')
    return Number(length)
  }

  private readPayload(bytes: Uint8Array, from: number): number {
    const end = Math.min(from + this.left, bytes.length)
    this.left -= end - from
    if (this.parts !== null && this.opcode < CLOSE) this.parts.push(this.unmasked(bytes, from, end))
    else this.maskAt += end - from
    this.endIfEmpty()
    return end
  }

  private unmasked(bytes: Uint8Array, from: number, to: number): Buffer {
    const copy = Buffer.from(bytes.subarray(from, to))
    const { mask } = this
    if (mask === null) return copy
    for (let at = 0; at < copy.length; at++)
      copy[at] = (copy[at] as number) ^ (mask[this.maskAt++ % 4] as number)
    return copy
  }

  private endIfEmpty(): void {
    if (this.left !== 0) return
    this.left = -1
    if (this.opcode === CLOSE) this.sink.close()
    if (this.opcode >= CLOSE || !this.final) return
    const { parts } = this
    this.message = null
    this.parts = null
    if (parts !== null) this.sink.text(decoder.decode(Buffer.concat(parts)))
  }
}

function protocolError(message: string): WebSocketError {
  return new WebSocketError(PROTOCOL_ERROR, message)
}

const NO_MASK = Buffer.alloc(4)

/** Builds a close frame; a client's is masked. */
export function closeFrame(code: number, reason: string, masked: boolean): Buffer {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason))
  payload.writeUInt16BE(code, 0)
  payload.write(reason, 2)
  const short = payload.subarray(0, MAX_CONTROL_BYTES)
  const head = Buffer.from([FINAL | CLOSE, (masked ? MASKED : 0) | short.length])
  // An all-zero mask is valid (RFC 6455, 5.3) and leaves the payload unchanged; nothing here is secret.
  return Buffer.concat(masked ? [head, NO_MASK, short] : [head, short])
}
