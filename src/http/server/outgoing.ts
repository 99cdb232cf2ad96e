/** Bytes sent to a client: in one write if possible, buffered while the socket is full. */

/** How a piece of the body is framed: unframed, as a chunk, or as the last chunk. */
export type BodyFraming = 'plain' | 'chunk' | 'last chunk'

interface Writable {
  /** Returns how many bytes the socket accepted, or a negative number if it is closed. */
  write(bytes: Uint8Array, from: number, length: number): number
}

/** A reply of usual size is assembled here and sent in one write; heads are far smaller. */
const together = Buffer.allocUnsafe(128 * 1024)
/** Room for a chunk's end and for the last chunk. */
const FRAME_BYTES = 16
const CR = 13
const LF = 10
const LAST_CHUNK = '0\r\n\r\n'

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class Outgoing {
  /** When the socket last accepted less than it was given. */
  stalledMs = 0
  private readonly socket: Writable
  private unsent: Uint8Array[] | null = null
  private onTaken: (() => void) | null = null
  private open = true

  constructor(socket: Writable) {
    this.socket = socket
  }

  hasUnsent(): boolean {
    return this.unsent !== null
  }

  send(head: string, body: Uint8Array | null, part: BodyFraming): void {
    const size = body === null ? 0 : body.length
    const framed = part !== 'plain' && size > 0
    let at = head === '' ? 0 : together.write(head, 0, 'latin1')
    if (framed) at += together.write(`${size.toString(16)}\r\n`, at, 'latin1')
    if (size > together.length - at - FRAME_BYTES) {
      // Too large to copy.
      this.transmit(together, at, false)
      this.transmit(body as Uint8Array, size, true)
      at = 0
    } else if (body !== null) {
      together.set(body, at)
      at += size
    }
    if (framed) {
      together[at++] = CR
      together[at++] = LF
    }
    if (part === 'last chunk') at += together.write(LAST_CHUNK, at, 'latin1')
    if (at > 0) this.transmit(together, at, false)
  }

  /** A promise if bytes are still unsent; resolves once they are sent or the socket is closed. */
  lag(): void | Promise<void> {
    if (this.unsent === null || !this.open) return
    return new Promise((resolve) => {
      this.onTaken = resolve
    })
  }

  /** Called when the socket has room again. */
  drained(): void {
    const waiting = this.unsent
    if (waiting === null) return
    this.unsent = null
    for (const bytes of waiting) this.transmit(bytes, bytes.length, true)
    if (this.unsent === null) this.onTaken?.()
  }

  closed(): void {
    this.open = false
    this.onTaken?.()
  }

  /** Buffers what the socket does not accept. `lasting`: the bytes stay unchanged until they are sent. */
  private transmit(bytes: Uint8Array, length: number, lasting: boolean): void {
    if (!this.open) return
    let written = 0
    if (this.unsent === null) {
      written = Math.max(0, this.socket.write(bytes, 0, length))
      if (written >= length) return
      this.stalledMs = performance.now()
    }
    const view = bytes.subarray(written, length)
    // Copy: `slice` of a Buffer is only a view, and another client's reply would overwrite it.
    const rest = lasting ? view : new Uint8Array(view)
    if (this.unsent === null) this.unsent = [rest]
    else this.unsent.push(rest)
  }
}
