/** One request and its reply, between the client connection and the code that answers. */
import type { HeaderLines } from '../../http1/head-lines.ts'
import type { RequestHead } from '../../http1/request-head.ts'
import type { ClientReplyHead, ClientStream, Reply, StreamHead } from '../../pipeline/client.ts'
import type { Tunnel } from '../../upstreams/transport.ts'
import { BodyBuffer } from './body-buffer.ts'
import { BodyStream } from './body-stream.ts'
import type { ReplyWire, Taker } from './exchange-peers.ts'
import type { BodyFraming } from './outgoing.ts'
import { headText } from './response-head.ts'

const CLIENT_LEFT = 'the client closed the connection'
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'
/** JSON is UTF-8 (RFC 8259, 8.1). Invalid UTF-8 must not reach an upstream as replacement characters. */
const decoder = new TextDecoder('utf-8', { fatal: true })

/** A class because every request creates one. */
export class Exchange implements ClientStream {
  readonly method: string
  readonly target: string
  /** A route may add a key to them that it found in the path. */
  headers: Pick<HeaderLines, 'get' | 'entries'>
  /** Body bytes received so far. */
  size = 0
  /** The whole body has arrived. */
  whole = false
  /** The client has disconnected. */
  gone = false
  /** Why the body can't be read. */
  malformed: string | null = null
  /** Called whenever one of the four fields above changes. */
  onBody: (() => void) | null = null
  /** Aborted once the client has disconnected. */
  abortWhenGone: { abort(): void } | null = null
  /** The reply to a request whose key stops working before the response begins. */
  refusal: { revoked(): Reply } | null = null
  private readonly request: RequestHead
  private readonly wire: ReplyWire
  private readonly body = new BodyBuffer()
  private bodyStream: BodyStream | null = null
  private taker: Taker | null = null
  private dropsBody = false
  private state: 'waiting' | 'streaming' | 'tunnel' | 'over' = 'waiting'
  /** The head of a stream, sent with the first bytes. */
  private unsentHead = ''
  private chunked = false
  /** Bytes of a stream of known length that are still to come. */
  private left: number | null = null
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

  /** Returns the body as text once; the bytes are not kept. Null if it is not UTF-8. */
  text(): string | null {
    try {
      return decoder.decode(this.body.take())
    } catch {
      return null
    }
  }

  /** Returns the body once. */
  bytes(): Buffer {
    const bytes = this.body.take()
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** For routes that take no body: discards whatever arrives. */
  dropBody(): void {
    this.dropsBody = true
    this.body.take()
  }

  /** Returns the body once as a stream, starting with what has arrived, at the reader's pace. */
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

  /** Another thread answers it and sends the reply by `wire`. Call `tellTaker` once that thread can be notified. */
  handOver(taker: Taker): { request: RequestHead; wire: ReplyWire } {
    this.taker = taker
    return { request: this.request, wire: this.wire }
  }

  /** Passes on what has arrived so far. */
  tellTaker(): void {
    const bytes = this.body.take()
    if (bytes.length > 0) this.taker?.received(bytes)
    if (this.whole) this.taker?.complete()
    if (this.malformed !== null) this.taker?.markMalformed(this.malformed)
    if (this.gone) this.taker?.clientLeft()
  }

  /** Adds headers to the reply, whichever code sends it. */
  addHeaders(headers: Readonly<Record<string, string>>): void {
    this.further = headers
  }

  /** Call before waiting for a body: some clients only send it after `100 Continue`. */
  askForBody(): void {
    const { headers, minor } = this.request
    const waits = this.size === 0 && minor === 1 && this.state === 'waiting'
    if (waits && headers.get('expect')?.toLowerCase() === '100-continue')
      this.wire.send(CONTINUE, null, 'plain')
  }

  /** Call once. After a stream's head or an upgrade it closes the connection: no other reply is possible. */
  respond({ status, headers, body }: Reply): void {
    if (this.state === 'streaming' || this.state === 'tunnel') this.abort()
    if (this.state === 'over') return
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    // A 204 has no body and must not carry a content-length (RFC 9110, 8.6).
    const framing = status === 204 ? '' : `content-length: ${bytes.length}\r\n`
    const head = this.headOf({ status, headers }, framing, true)
    this.wire.send(head, this.method === 'HEAD' ? null : bytes, 'plain')
    this.finish()
  }

  /** Answers 101: from then on the connection is a tunnel. Null if the client has left or was refused. */
  upgrade(headers: Record<string, string>): Tunnel | null {
    if (this.state !== 'waiting') return null
    this.state = 'tunnel'
    const head = headText(101, { ...headers, connection: 'Upgrade' }, '')
    this.wire.send(head, null, 'plain')
    return this.wire.openTunnel()
  }

  /** Sends nothing if the client has left or was refused. */
  stream(head: StreamHead): ClientStream {
    if (this.state !== 'waiting') return this
    const { length = null } = head
    this.left = length
    this.chunked = length === null && this.request.minor === 1
    const framing =
      length !== null
        ? `content-length: ${length}\r\n`
        : this.chunked
          ? 'transfer-encoding: chunked\r\n'
          : ''
    this.unsentHead = this.headOf(head, framing, framing !== '')
    this.state = 'streaming'
    return this
  }

  write(bytes: Uint8Array): void | Promise<void> {
    if (this.state !== 'streaming') return
    if (!this.fits(bytes.length)) return this.abort()
    this.sendPart(bytes, this.chunked ? 'chunk' : 'plain')
    return this.wire.lag()
  }

  flush(): void {
    if (this.state === 'streaming' && this.unsentHead !== '') this.sendPart(null, 'plain')
  }

  end(last: Uint8Array | null): void {
    if (this.state !== 'streaming') return
    if (!this.fits(last?.length ?? 0) || (this.left ?? 0) > 0) {
      this.abort()
      return
    }
    this.sendPart(last, this.chunked ? 'last chunk' : 'plain')
    this.finish()
  }

  abort(): void {
    if (this.state === 'over') return
    this.state = 'over'
    this.wire.abort()
  }

  revoke(): void {
    if (this.state === 'over') return
    if (this.state === 'waiting' && this.refusal !== null) this.respond(this.refusal.revoked())
    else this.abort()
    // Code that still works on the request, or waits for its body, has no client to answer any more.
    this.clientLeft()
  }

  // Called by the connection.

  received(bytes: Uint8Array): void {
    if (this.state === 'over') return
    if (this.taker !== null) this.taker.received(bytes)
    else if (this.bodyStream !== null) this.bodyStream.push(bytes)
    else if (!this.dropsBody) this.body.push(bytes)
    this.size += bytes.length
    this.onBody?.()
  }

  complete(): void {
    this.whole = true
    this.taker?.complete()
    this.bodyStream?.end()
    this.onBody?.()
  }

  markMalformed(reason: string): void {
    this.malformed = reason
    this.taker?.markMalformed(reason)
    this.bodyStream?.fail(new Error(`it is malformed: ${reason}`))
    this.onBody?.()
  }

  clientLeft(): void {
    this.gone = true
    this.taker?.clientLeft()
    this.state = 'over'
    this.bodyStream?.fail(new Error(CLIENT_LEFT))
    this.onBody?.()
    this.abortWhenGone?.abort()
  }

  /** More than was announced would be read as the next reply. */
  private fits(bytes: number): boolean {
    if (this.left === null) return true
    this.left -= bytes
    return this.left >= 0
  }

  /** `delimited`: the client can find the end of the body without the connection closing. */
  private headOf(
    { status, headers }: ClientReplyHead,
    framing: string,
    delimited: boolean,
  ): string {
    const closes = headers.connection === 'close'
    this.keepAlive =
      this.request.keepAlive && this.whole && !closes && delimited && !this.wire.isLast()
    const ending = this.keepAlive || closes ? '' : 'connection: close\r\n'
    const all = this.further === null ? headers : { ...headers, ...this.further }
    return headText(status, all, framing + ending)
  }

  private sendPart(bytes: Uint8Array | null, part: BodyFraming): void {
    this.wire.send(this.unsentHead, bytes, part)
    this.unsentHead = ''
  }

  private finish(): void {
    this.state = 'over'
    this.bodyStream?.drop()
    this.wire.finished(this.keepAlive)
  }
}
