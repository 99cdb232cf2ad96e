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
import { RequestWriter } from './request-writer.ts'

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
  private readonly writer: RequestWriter

  constructor(wire: Wire, watcher: Watcher) {
    this.wire = wire
    this.watcher = watcher
    this.writer = new RequestWriter(wire)
  }

  /** `head` without the length of the body and the empty line at its end. */
  exchange(head: string, body: WireRequest['body']): Sending {
    const exchange = new UpstreamExchange(this)
    this.current = exchange
    this.reader.start()
    this.writer.send(head, body, (error) => this.bodyBroken(exchange, error))
    return exchange
  }

  giveUp(exchange: UpstreamExchange): void {
    if (this.current === exchange) this.fail(new TransportError('other', 'given up', true))
  }

  destroy(): void {
    if (!this.open) return
    this.open = false
    this.writer.close()
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
    this.current?.answer?.deliver()
  }

  drained(): void {
    this.writer.drained()
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

  /** The client's own upload broke off. */
  private bodyBroken(exchange: UpstreamExchange, error: unknown): void {
    if (this.current !== exchange) return
    const why = error instanceof Error ? error.message : String(error)
    this.fail(new TransportError('other', `the body of the request broke off: ${why}`, true))
  }
}

const LINE_BREAK = /[\r\n\0]/
/** By their headers, which providers make once for many requests. */
const heads = new WeakMap<WireRequest['headers'], { url: string; head: string }>()

/** What stands before the length of the body. Throws if a header would end the line it stands in. */
export function headOf(request: WireRequest, address: Address, path: string): string {
  const head = sharedHead(request, address, path)
  return request.further == null ? head : head + linesOf(request.further)
}

function sharedHead({ method, url, headers }: WireRequest, { host }: Address, path: string) {
  const known = heads.get(headers)
  if (known !== undefined && known.url === url && known.head.startsWith(`${method} `))
    return known.head
  const head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${linesOf(headers)}`
  heads.set(headers, { url, head })
  return head
}

function linesOf(headers: Readonly<Record<string, string>>): string {
  let lines = ''
  for (const name in headers) {
    const value = headers[name] as string
    if (LINE_BREAK.test(value))
      throw new TransportError('other', `the header ${name} holds a line break`, false)
    lines += `${name}: ${value}\r\n`
  }
  return lines
}
