/** One request and its reply, between the connection that carries both and whoever answers. */
import type { HeaderLines } from '../../http1/head-lines.ts'
import type { RequestHead } from '../../http1/request-head.ts'
import type { ClientStream, Reply, ReplyHead } from '../../pipeline/client.ts'
import type { Tunnel } from '../../upstreams/transport.ts'
import { BodyBuffer } from './body-buffer.ts'
import { BodyStream } from './body-stream.ts'
import type { Part } from './outgoing.ts'
import { headText } from './response-head.ts'

/** What an exchange needs of its connection. */
export interface ReplyWire {
  /** The address at the other end. */
  peer(): string
  /** `head` and `body` go in one write. */
  send(head: string, body: Uint8Array | null, part: Part): void
  /** A promise where the client has not taken what was sent; resolves once it has, or is gone. */
  lag(): void | Promise<void>
  /** The whole reply was sent. */
  finished(keepAlive: boolean): void
  /** Closes the connection in the middle of the reply. */
  abort(): void
  /** The server stops: this is the last reply on its connection. */
  isLast(): boolean
  /** Stops or starts reading what the client sends. */
  hold(back: boolean): void
  /** The connection leaves HTTP; nothing more is read of it as requests. */
  openTunnel(): Tunnel
}

const CLIENT_LEFT = 'the client closed the connection'
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'
/** JSON is UTF-8 (RFC 8259, 8.1). What is not must not reach an upstream as replacement characters. */
const decoder = new TextDecoder('utf-8', { fatal: true })

/** A class, for each request has one. */
export class Exchange implements ClientStream {
  readonly method: string
  readonly target: string
  /** A route may put a key among them that came in the path. */
  headers: Pick<HeaderLines, 'get' | 'entries'>
  /** Bytes of the body so far. */
  size = 0
  /** All of the body is here. */
  whole = false
  /** The client is gone. */
  gone = false
  /** Why the body can't be read. */
  malformed: string | null = null
  /** Called whenever one of the four above has changed. */
  onBody: (() => void) | null = null
  onGone: (() => void) | null = null
  private readonly request: RequestHead
  private readonly wire: ReplyWire
  private readonly body = new BodyBuffer()
  private bodyStream: BodyStream | null = null
  private dropsBody = false
  private state: 'waiting' | 'streaming' | 'over' = 'waiting'
  /** Of a stream; it goes with the first bytes. */
  private unsentHead = ''
  private keepAlive = false
  private further: Readonly<Record<string, string>> | null = null

  constructor(request: RequestHead, wire: ReplyWire) {
    this.method = request.method
    this.target = request.target
    this.headers = request.headers
    this.request = request
    this.wire = wire
  }

  peer(): string {
    return this.wire.peer()
  }

  /** The body, once: it is not kept beside its text. Null if it is not UTF-8. */
  text(): string | null {
    try {
      return decoder.decode(this.body.take())
    } catch {
      return null
    }
  }

  /** The body, once. */
  bytes(): Buffer {
    const bytes = this.body.take()
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** For whoever takes none: what comes of one is not kept. */
  dropBody(): void {
    this.dropsBody = true
    this.body.take()
  }

  /** The body as it arrives, once, with what is here of it: at the pace of whoever takes it. */
  streamBody(): BodyStream {
    const { framing } = this.request
    const length = framing.mode === 'length' ? framing.length : null
    const stream = new BodyStream(length, (back) => this.wire.hold(back))
    this.bodyStream = stream
    stream.push(this.body.take())
    if (this.whole) stream.end()
    if (this.gone) stream.fail(new Error(CLIENT_LEFT))
    else this.askForBody()
    return stream
  }

  /** Also on the reply, whoever makes it. */
  addHeaders(headers: Readonly<Record<string, string>>): void {
    this.further = headers
  }

  /** To be called before a body is waited for: some clients do not send it unasked. */
  askForBody(): void {
    const { headers, minor } = this.request
    const waits = this.size === 0 && minor === 1 && this.state === 'waiting'
    if (waits && headers.get('expect')?.toLowerCase() === '100-continue')
      this.wire.send(CONTINUE, null, 'plain')
  }

  /** Once; behind the head of a stream it ends the connection, for nothing else can be said any more. */
  respond({ status, headers, body }: Reply): void {
    if (this.state === 'streaming') this.abort()
    if (this.state === 'over') return
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    // A 204 has no body and must not name a length (RFC 9110, 8.6).
    const framing = status === 204 ? '' : `content-length: ${bytes.length}\r\n`
    const head = this.headOf({ status, headers }, framing, true)
    this.wire.send(head, this.method === 'HEAD' ? null : bytes, 'plain')
    this.finish()
  }

  /** Answers with 101: the connection is a tunnel from then on. */
  upgrade(headers: Record<string, string>): Tunnel {
    this.state = 'over'
    const head = headText(101, { ...headers, connection: 'Upgrade' }, '')
    this.wire.send(head, null, 'plain')
    return this.wire.openTunnel()
  }

  stream(head: ReplyHead): ClientStream {
    const framing = this.isChunked() ? 'transfer-encoding: chunked\r\n' : ''
    this.unsentHead = this.headOf(head, framing, this.isChunked())
    this.state = 'streaming'
    return this
  }

  write(bytes: Uint8Array): void | Promise<void> {
    if (this.state !== 'streaming') return
    this.sendPart(bytes, this.isChunked() ? 'chunk' : 'plain')
    return this.wire.lag()
  }

  flush(): void {
    if (this.state === 'streaming' && this.unsentHead !== '') this.sendPart(null, 'plain')
  }

  end(last: Uint8Array | null): void {
    if (this.state !== 'streaming') return
    this.sendPart(last, this.isChunked() ? 'last chunk' : 'plain')
    this.finish()
  }

  abort(): void {
    if (this.state === 'over') return
    this.state = 'over'
    this.wire.abort()
  }

  // To be called by the connection.

  received(bytes: Uint8Array): void {
    if (this.state === 'over') return
    if (this.bodyStream !== null) this.bodyStream.push(bytes)
    else if (!this.dropsBody) this.body.push(bytes)
    this.size += bytes.length
    this.onBody?.()
  }

  complete(): void {
    this.whole = true
    this.bodyStream?.end()
    this.onBody?.()
  }

  markMalformed(reason: string): void {
    this.malformed = reason
    this.bodyStream?.fail(new Error(`it is malformed: ${reason}`))
    this.onBody?.()
  }

  clientLeft(): void {
    this.gone = true
    this.state = 'over'
    this.bodyStream?.fail(new Error(CLIENT_LEFT))
    this.onBody?.()
    this.onGone?.()
  }

  private isChunked(): boolean {
    return this.request.minor === 1
  }

  /** `delimited`: where the body ends can be told without closing the connection. */
  private headOf({ status, headers }: ReplyHead, framing: string, delimited: boolean): string {
    const closes = headers.connection === 'close'
    this.keepAlive =
      this.request.keepAlive && this.whole && !closes && delimited && !this.wire.isLast()
    const ending = this.keepAlive || closes ? '' : 'connection: close\r\n'
    const all = this.further === null ? headers : { ...headers, ...this.further }
    return headText(status, all, framing + ending)
  }

  private sendPart(bytes: Uint8Array | null, part: Part): void {
    this.wire.send(this.unsentHead, bytes, part)
    this.unsentHead = ''
  }

  private finish(): void {
    this.state = 'over'
    this.bodyStream?.drop()
    this.wire.finished(this.keepAlive)
  }
}
