/** Writes requests to a connection one after another: in one write if possible, uploads as they arrive. */
import { releaseBytes } from '../../core/release-bytes.ts'
import { type BodySource, isBodySource, type WireRequest } from '../../upstreams/transport.ts'

interface Writable {
  /** Returns how many of the first `length` bytes were accepted; the rest is sent after `drained`. */
  write(bytes: Uint8Array, length: number): number
}

interface Sender {
  bodyBroken(error: unknown): void
}

/** A request of usual size is assembled here: building it as a string would copy it twice more. */
const together = Buffer.allocUnsafe(128 * 1024)
const MAX_BYTES_A_CHARACTER = 3

/** A class rather than closures: one object per connection. */
export class RequestWriter {
  private readonly wire: Writable
  private unsent: Uint8Array | null = null
  /** A body sent as it arrives is not complete yet. */
  private sending = false
  private open = true
  private onDrained: (() => void) | null = null

  constructor(wire: Writable) {
    this.wire = wire
  }

  /** True once the operating system has accepted the whole request. */
  isDone(): boolean {
    return this.unsent === null && !this.sending
  }

  /** `head` ends before the content-length and the final empty line. `sender` is notified if the body source fails. */
  send(head: string, body: WireRequest['body'], sender: Sender): void {
    if (isBodySource(body)) {
      this.writeText(`${head}${framingOf(body)}\r\n`, null)
      this.sendSource(body).catch((error) => sender.bodyBroken(error))
    } else if (body === null) this.writeText(`${head}\r\n`, null)
    else if (typeof body === 'string') {
      const bytes = Buffer.byteLength(body)
      this.writeText(`${head}content-length: ${bytes}\r\n\r\n`, body, bytes)
    } else {
      this.writeText(`${head}content-length: ${body.length}\r\n\r\n`, null)
      this.write(body, body.length)
    }
  }

  /** Called when the socket has room again. */
  drained(): void {
    const { unsent } = this
    if (unsent === null) return
    this.unsent = null
    this.write(unsent, unsent.length, true)
    if (this.unsent === null) this.onDrained?.()
  }

  close(): void {
    this.open = false
    this.onDrained?.()
  }

  private writeText(head: string, body: string | null, bodyBytes = 0): void {
    if (head.length * MAX_BYTES_A_CHARACTER + bodyBytes > together.length) {
      const whole = Buffer.from(head + (body ?? ''))
      this.write(whole, whole.length)
      return
    }
    let length = together.write(head, 0)
    if (body !== null) length += together.write(body, length)
    this.write(together, length)
  }

  /** Takes the next bytes only after the operating system has accepted the previous ones. */
  private async sendSource(source: BodySource): Promise<void> {
    this.sending = true
    const chunked = source.length === null
    for (;;) {
      if (this.unsent !== null) await this.drainage()
      if (!this.open) return
      const next = source.next()
      const bytes = next instanceof Promise ? await next : next
      if (bytes === null || !this.open) break
      if (chunked) this.writeText(`${bytes.length.toString(16)}\r\n`, null)
      this.write(bytes, bytes.length, true)
      if (this.unsent !== null) await this.drainage()
      releaseBytes(bytes)
      if (chunked) this.writeText('\r\n', null)
    }
    if (chunked) this.writeText('0\r\n\r\n', null)
    this.sending = false
  }

  private drainage(): Promise<void> {
    return new Promise((resolve) => {
      this.onDrained = resolve
    })
  }

  /** `lasting`: the bytes stay unchanged until they are sent. */
  private write(bytes: Uint8Array, length: number, lasting = false): void {
    if (!this.open) return
    const written = this.unsent === null ? Math.max(0, this.wire.write(bytes, length)) : 0
    if (written >= length) return
    const view = bytes.subarray(written, length)
    // A copy, because the bytes may be in the buffer all connections share; `slice` of a Buffer does not copy.
    const rest = lasting ? view : new Uint8Array(view)
    this.unsent = this.unsent === null ? rest : Buffer.concat([this.unsent, rest])
  }
}

function framingOf({ length }: BodySource): string {
  return length === null ? 'transfer-encoding: chunked\r\n' : `content-length: ${length}\r\n`
}
