/** One upstream connection, which carries one exchange after another. */
import { type Framing, MalformedMessage } from '../../http1/head-lines.ts'
import { MessageReader, type MessageSink } from '../../http1/message-reader.ts'
import { readReplyHead } from '../../http1/reply-head.ts'
import {
  type Sending,
  TransportError,
  type UpstreamReply,
  type WireRequest,
} from '../../upstreams/transport.ts'
import type { UpstreamAddress } from './address.ts'
import { decoded } from './decoded-reply.ts'
import { Http1Reply } from './http1-reply.ts'
import { RequestWriter } from './request-writer.ts'

/** The part of the socket a connection uses. */
export interface Wire {
  /** Returns how many of the first `length` bytes were accepted; the rest is sent after `drained`. */
  write(bytes: Uint8Array, length: number): number
  /** Pauses or resumes reading. */
  hold(back: boolean): void
  destroy(): void
}

interface Watcher {
  /** The connection is ready for another exchange. */
  idle(connection: Connection): void
  gone(connection: Connection): void
}

/** A class because every request creates one. */
class UpstreamExchange implements Sending {
  private readonly connection: Connection
  readonly reply: Promise<UpstreamReply>
  readonly resolve: (reply: UpstreamReply) => void
  readonly reject: (error: TransportError) => void
  /** Null until its head has arrived. */
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

  /** The client's own upload was interrupted. */
  bodyBroken(error: unknown): void {
    this.connection.bodyBroken(this, error)
  }
}

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class Connection implements MessageSink {
  private readonly wire: Wire
  private readonly watcher: Watcher
  private readonly reader = new MessageReader(this, 'reply')
  private current: UpstreamExchange | null = null
  /** It has carried a reply before. */
  private used = false
  /** The reply in flight allows the connection to be reused. */
  private reusable = true
  private open = true
  private readonly writer: RequestWriter

  constructor(wire: Wire, watcher: Watcher) {
    this.wire = wire
    this.watcher = watcher
    this.writer = new RequestWriter(wire)
  }

  /** `head` ends before the content-length and the final empty line. */
  exchange(head: string, body: WireRequest['body']): Sending {
    const exchange = new UpstreamExchange(this)
    this.current = exchange
    this.reader.start()
    this.writer.send(head, body, exchange)
    return exchange
  }

  giveUp(exchange: UpstreamExchange): void {
    if (this.current === exchange) this.fail(new TransportError('other', 'given up', true))
  }

  bodyBroken(exchange: UpstreamExchange, error: unknown): void {
    if (this.current !== exchange) return
    const why = error instanceof Error ? error.message : String(error)
    const broken = new TransportError('other', `the body of the request broke off: ${why}`, true)
    broken.cause = error
    this.fail(broken)
  }

  destroy(): void {
    if (!this.open) return
    this.open = false
    this.writer.close()
    this.wire.destroy()
    this.watcher.gone(this)
  }

  // Called by the socket.

  received(bytes: Buffer): void {
    try {
      if (this.reader.push(bytes) < bytes.length)
        throw new MalformedMessage('it sent more than its reply')
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      this.fail(new TransportError('other', `its reply is malformed: ${error.message}`, true))
    }
    this.current?.answer?.deliver()
  }

  drained(): void {
    this.writer.drained()
  }

  /** `error` is null if the upstream closed it cleanly. */
  closed(error: string | null): void {
    if (error === null && this.reader.close() && this.current === null) {
      this.destroy()
      return
    }
    const early = this.current !== null && this.current.answer === null
    const how = error === null ? 'closed' : 'reset'
    const when = early ? 'before a reply' : 'in the middle of the reply'
    // The upstream was probably closing the idle connection; a new one may well work.
    const fault = early && this.used ? 'reset' : 'other'
    this.fail(new TransportError(fault, `the connection was ${how} ${when}`, true))
  }

  // Called by the reader.

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
    // If the reply came before the whole request was sent, the unsent rest blocks reuse.
    if (this.reusable && this.open && this.writer.isDone()) this.watcher.idle(this)
    else this.destroy()
  }

  private fail(error: TransportError): void {
    const failing = this.current
    this.current = null
    this.destroy()
    failing?.reject(error)
    failing?.answer?.fail(error)
  }
}

const LINE_BREAK = /[\r\n\0]/
/** Cached by headers object, which providers reuse for many requests. */
const heads = new WeakMap<WireRequest['headers'], SharedHead>()

interface SharedHead extends Pick<WireRequest, 'method' | 'url'> {
  text: string
}

/** The head up to the content-length. Throws if a header value contains a line break. */
export function headOf(request: WireRequest, address: UpstreamAddress, path: string): string {
  const head = sharedHead(request, address, path)
  return request.further == null ? head : head + linesOf(request.further)
}

function sharedHead(
  { method, url, headers }: WireRequest,
  { host }: UpstreamAddress,
  path: string,
) {
  const known = heads.get(headers)
  if (known !== undefined && known.url === url && known.method === method) return known.text
  const text = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${linesOf(headers)}`
  heads.set(headers, { method, url, text })
  return text
}

function linesOf(headers: Readonly<Record<string, string>>): string {
  let lines = ''
  for (const name in headers) {
    const value = headers[name] as string
    if (LINE_BREAK.test(value))
      throw new TransportError('other', `the header ${name} holds a line break`, false)
    lines = `${lines}${name}: ${value}\r\n`
  }
  return lines
}
