/** Writes one request after the other to a connection: in one write where it goes, bodies of uploads as they arrive. */
import { type BodySource, isBodySource, type WireRequest } from '../../upstreams/transport.ts'

interface Writable {
  /** How many bytes were taken of the first so many; the rest goes after `drained`. */
  write(bytes: Uint8Array, length: number): number
}

/** A request of usual size is put together here: as one text it would be copied twice more. */
const together = Buffer.allocUnsafe(128 * 1024)
const MAX_BYTES_A_CHARACTER = 3

/** A class rather than closures: one object per connection. */
export class RequestWriter {
  private readonly wire: Writable
  private unsent: Uint8Array | null = null
  /** Of a body that is sent as it arrives, more is to come. */
  private sending = false
  private open = true
  private onDrained: (() => void) | null = null

  constructor(wire: Writable) {
    this.wire = wire
  }

  /** All of the request is with the system. */
  isDone(): boolean {
    return this.unsent === null && !this.sending
  }

  /** `head` without the length of the body and the empty line. `broken` hears of a body that broke off. */
  send(head: string, body: WireRequest['body'], broken: (error: unknown) => void): void {
    if (isBodySource(body)) {
      this.writeText(`${head}${framingOf(body)}\r\n`, null)
      this.sendSource(body).catch(broken)
    } else if (body === null) this.writeText(`${head}\r\n`, null)
    else if (typeof body === 'string') {
      const bytes = Buffer.byteLength(body)
      this.writeText(`${head}content-length: ${bytes}\r\n\r\n`, body, bytes)
    } else {
      this.writeText(`${head}content-length: ${body.length}\r\n\r\n`, null)
      this.write(body, body.length)
    }
  }

  /** The socket has room again. */
  drained(): void {
    const { unsent } = this
    if (unsent === null) return
    this.unsent = null
    this.write(unsent, unsent.length)
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

  /** Takes the next bytes only when those before them are with the system. */
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
      this.write(bytes, bytes.length)
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

  private write(bytes: Uint8Array, length: number): void {
    if (!this.open) return
    const written = this.unsent === null ? Math.max(0, this.wire.write(bytes, length)) : 0
    if (written >= length) return
    // A copy, for the bytes may be those that all connections share; of a Buffer, `slice` is none.
    const rest = new Uint8Array(bytes.subarray(written, length))
    this.unsent = this.unsent === null ? rest : Buffer.concat([this.unsent, rest])
  }
}

function framingOf({ length }: BodySource): string {
  return length === null ? 'transfer-encoding: chunked\r\n' : `content-length: ${length}\r\n`
}
