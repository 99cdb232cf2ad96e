/** One connection that carries one exchange after the other. */
import { type Framing, MalformedMessage } from '../../http1/head-lines.ts'
import { MessageReader, type MessageSink } from '../../http1/message-reader.ts'
import { readReplyHead } from '../../http1/reply-head.ts'
import {
  type Sending,
  TransportError,
  type UpstreamReply,
  type WireRequest,
} from '../../upstreams/transport.ts'
import type { Address } from './address.ts'
import { decoded } from './decoded-reply.ts'
import { Http1Reply } from './http1-reply.ts'

/** What a connection needs of its socket. */
export interface Wire {
  /** How many bytes were taken of the first so many; the rest goes after `drained`. */
  write(bytes: Uint8Array, length: number): number
  /** Stops or starts reading. */
  hold(back: boolean): void
  destroy(): void
}

interface Watcher {
  /** It can carry another exchange. */
  idle(connection: Connection): void
  gone(connection: Connection): void
}

/** A request of usual size is put together here: as one text it would be copied twice more. */
const together = Buffer.allocUnsafe(128 * 1024)
/** Room for the length of the body and the empty line. */
const END_BYTES = 64
const MAX_BYTES_A_CHARACTER = 3

/** A class, for each request has one. */
class UpstreamExchange implements Sending {
  private readonly connection: Connection
  readonly reply: Promise<UpstreamReply>
  readonly resolve: (reply: UpstreamReply) => void
  readonly reject: (error: TransportError) => void
  /** Null until its head has come. */
  answer: Http1Reply | null = null

  constructor(connection: Connection) {
    const { promise, resolve, reject } = Promise.withResolvers<UpstreamReply>()
    this.connection = connection
    this.reply = promise
    this.resolve = resolve
    this.reject = reject
  }

  cancel(): void {
    this.connection.giveUp(this)
  }
}

/** A class, for its state is cold at each chunk of one of thousands of streams: closures lie in more places. */
export class Connection implements MessageSink {
  private readonly wire: Wire
  private readonly watcher: Watcher
  private readonly reader = new MessageReader(this, 'reply')
  private current: UpstreamExchange | null = null
  /** A reply was read from it. */
  private used = false
  /** The reply under way leaves it fit for another. */
  private reusable = true
  private open = true
  private unsent: Uint8Array | null = null

  constructor(wire: Wire, watcher: Watcher) {
    this.wire = wire
    this.watcher = watcher
  }

  /** `head` without the length of the body and the empty line at its end. */
  exchange(head: string, body: string | null): Sending {
    const exchange = new UpstreamExchange(this)
    this.current = exchange
    this.reader.start()
    const bytes = body === null ? 0 : Buffer.byteLength(body)
    const end = body === null ? '\r\n' : `content-length: ${bytes}\r\n\r\n`
    if (head.length * MAX_BYTES_A_CHARACTER + END_BYTES + bytes > together.length) {
      const whole = Buffer.from(head + end + (body ?? ''))
      this.write(whole, whole.length)
      return exchange
    }
    let length = together.write(head, 0)
    length += together.write(end, length)
    if (body !== null) length += together.write(body, length)
    this.write(together, length)
    return exchange
  }

  giveUp(exchange: UpstreamExchange): void {
    if (this.current === exchange) this.fail(new TransportError('other', 'given up', true))
  }

  destroy(): void {
    if (!this.open) return
    this.open = false
    this.wire.destroy()
    this.watcher.gone(this)
  }

  // To be called by the socket.

  received(bytes: Buffer): void {
    try {
      if (this.reader.push(bytes) < bytes.length)
        throw new MalformedMessage('it sent more than its reply')
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      this.fail(new TransportError('other', `its reply is malformed: ${error.message}`, true))
    }
  }

  drained(): void {
    if (this.unsent !== null) this.write(this.unsent, this.unsent.length)
  }

  /** `error` is null where the upstream ended it properly. */
  closed(error: string | null): void {
    if (error === null && this.reader.close() && this.current === null) {
      this.destroy()
      return
    }
    const early = this.current !== null && this.current.answer === null
    const how = error === null ? 'closed' : 'reset'
    const when = early ? 'before a reply' : 'in the middle of the reply'
    // An idle connection that the upstream was just closing; a new one may well be answered.
    const fault = early && this.used ? 'reset' : 'other'
    this.fail(new TransportError(fault, `the connection was ${how} ${when}`, true))
  }

  // To be called by the reader.

  head(text: string): Framing | null {
    const head = readReplyHead(text)
    if (head === null) return null
    this.reusable = head.reusable
    if (this.current !== null) {
      const answer = new Http1Reply(head.status, head.headers, this.wire)
      this.current.answer = answer
      this.current.resolve(decoded(answer))
    }
    return head.framing
  }

  body(bytes: Uint8Array): void {
    this.current?.answer?.push(bytes)
  }

  end(): void {
    const finished = this.current
    this.current = null
    this.used = true
    finished?.answer?.end()
    // A reply before the whole request was sent leaves the rest of it in the way.
    if (this.reusable && this.open && this.unsent === null) this.watcher.idle(this)
    else this.destroy()
  }

  private fail(error: TransportError): void {
    const failing = this.current
    this.current = null
    this.destroy()
    failing?.reject(error)
    failing?.answer?.fail(error)
  }

  private write(bytes: Uint8Array, length: number): void {
    const written = Math.max(0, this.wire.write(bytes, length))
    // A copy, for the bytes may be those that all connections share; of a Buffer, `slice` is none.
    this.unsent = written >= length ? null : new Uint8Array(bytes.subarray(written, length))
  }
}

const LINE_BREAK = /[\r\n\0]/
/** By their headers, which providers make once for many requests. */
const heads = new WeakMap<WireRequest['headers'], { url: string; head: string }>()

/** What stands before the length of the body. Throws where a header would end the line it stands in. */
export function headOf(request: WireRequest, { host }: Address, path: string): string {
  const { method, url, headers } = request
  const known = heads.get(headers)
  if (known !== undefined && known.url === url && known.head.startsWith(method)) return known.head
  const parts = [method, ' ', path, ' HTTP/1.1\r\nhost: ', host, '\r\n']
  for (const name in headers) {
    const value = headers[name] as string
    if (LINE_BREAK.test(value))
      throw new TransportError('other', `the header ${name} holds a line break`, false)
    parts.push(name, ': ', value, '\r\n')
  }
  const head = parts.join('')
  heads.set(headers, { url, head })
  return head
}
