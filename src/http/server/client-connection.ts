/** One client connection: serves its requests one after another and enforces its timeouts. */
import type { GatewayError } from '../../core/errors.ts'
import { type Framing, MalformedMessage } from '../../http1/head-lines.ts'
import { MessageReader, type MessageSink } from '../../http1/message-reader.ts'
import { readRequestHead } from '../../http1/request-head.ts'
import type { Tunnel } from '../../upstreams/transport.ts'
import { errorAnswer, newRequestId } from '../error-response.ts'
import { ClientTunnel } from './client-tunnel.ts'
import { headTooLate, malformed, tooMany } from './connection-errors.ts'
import { Exchange } from './exchange.ts'
import type { ReplyWire } from './exchange-peers.ts'
import { type BodyFraming, Outgoing } from './outgoing.ts'
import { headText } from './response-head.ts'

/** The part of the socket a connection uses. */
export interface ClientSocket {
  readonly remoteAddress: string
  /** Returns how many bytes the socket accepted, or a negative number if it is closed. */
  write(bytes: Uint8Array, from: number, length: number): number
  /** Closes the writing side only; the rest closes when the client closes its side. */
  shutdown(): void
  /** Closes the socket immediately. */
  terminate(): void
  pause(): void
  resume(): void
}

/** What all connections of a server share. */
export interface ConnectionOwner {
  answer(exchange: Exchange): void
  /** True while the server is stopping: each reply is then the last on its connection. */
  isStopping(): boolean
  replied(): void
  gone(connection: ClientConnection): void
  /** How long the client may take to accept bytes that were sent. */
  writeTimeoutMs: number
}

/** Time limit for receiving all headers. */
const HEAD_TIMEOUT_MS = 10_000
/** Keep-alive timeout. Proxies in front must close an idle connection sooner. */
const IDLE_TIMEOUT_MS = 30_000
/** A client that is still sending must get the reply before the connection closes. */
const LINGER_MS = 2_000
/** Bytes of pipelined requests kept while one is in flight. If more arrive, its reply is the last. */
const MAX_EARLY_BYTES = 64 * 1024

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class ClientConnection implements MessageSink, ReplyWire {
  private readonly socket: ClientSocket
  private readonly owner: ConnectionOwner
  private readonly reader = new MessageReader(this, 'request')
  private exchange: Exchange | null = null
  /** The request head has just been read. */
  private isNew = false
  /** Bytes received after the request in flight. */
  private early: Buffer | null = null
  /** Too many pipelined bytes: they are discarded, but a disconnect is still noticed. */
  private pipelineOverflow = false
  private readonly outgoing: Outgoing
  /** Set once the connection has been upgraded from HTTP. */
  private tunnel: ClientTunnel | null = null
  /** No further request is read. */
  private ending = false
  private open = true
  private address: string | null = null
  /** Start of the current wait: for a request, the rest of a head, or the client's close. */
  private sinceMs = performance.now()

  constructor(socket: ClientSocket, owner: ConnectionOwner) {
    this.socket = socket
    this.owner = owner
    this.outgoing = new Outgoing(socket)
    this.reader.start()
  }

  /** True between two requests. */
  isIdle(): boolean {
    return this.exchange === null && !this.ending && !this.reader.isInHead()
  }

  /** Called periodically. */
  watch(nowMs: number): void {
    const waitedMs = nowMs - this.sinceMs
    if (this.outgoing.hasUnsent()) {
      const stalledMs = nowMs - this.outgoing.stalledMs
      // A stream has its own limit.
      if (this.exchange === null && stalledMs > this.owner.writeTimeoutMs) this.socket.terminate()
    } else if (this.ending) {
      if (waitedMs > LINGER_MS) this.socket.terminate()
    } else if (this.exchange === null) {
      if (this.reader.isInHead()) {
        if (waitedMs > HEAD_TIMEOUT_MS) this.refuse(headTooLate(HEAD_TIMEOUT_MS))
      } else if (waitedMs > IDLE_TIMEOUT_MS) this.close()
    }
  }

  /** Called before the client has sent a request. */
  rejectOverload(most: number): void {
    this.refuse(tooMany(most))
  }

  close(): void {
    this.ending = true
    this.sinceMs = performance.now()
    // Closing both sides while bytes still arrive causes a TCP reset, which can overtake the reply.
    if (this.open && !this.outgoing.hasUnsent()) this.socket.shutdown()
  }

  // Called by the socket.

  received(bytes: Buffer): void {
    if (this.tunnel !== null) {
      this.tunnel.received(bytes)
      return
    }
    if (this.ending) return
    if (this.outgoing.hasUnsent() || this.exchange?.whole) {
      this.keep(bytes)
      return
    }
    const wasInHead = this.reader.isInHead()
    try {
      const read = this.reader.push(bytes)
      if (read < bytes.length) this.keep(bytes.subarray(read))
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      this.markMalformed(error.message)
    }
    if (!wasInHead && this.reader.isInHead()) this.sinceMs = performance.now()
    if (!this.isNew || this.exchange === null) return
    this.isNew = false
    this.owner.answer(this.exchange)
  }

  drained(): void {
    this.outgoing.drained()
    if (this.outgoing.hasUnsent()) return
    if (this.ending) this.close()
    else if (this.tunnel !== null) this.tunnel.onDrained()
    else this.readOn()
  }

  closed(): void {
    this.open = false
    this.owner.gone(this)
    const leaving = this.exchange
    this.exchange = null
    leaving?.clientLeft()
    this.outgoing.closed()
    this.tunnel?.onClosed()
  }

  // Called by the reader.

  head(text: string): Framing {
    const request = readRequestHead(text)
    this.exchange = new Exchange(request, this)
    this.isNew = true
    return request.framing
  }

  body(bytes: Uint8Array): void {
    this.exchange?.received(bytes)
  }

  end(): void {
    this.exchange?.complete()
  }

  // Called by the exchange.

  peer(): string {
    this.address ??= this.socket.remoteAddress
    return this.address
  }

  isLast(): boolean {
    return this.pipelineOverflow || this.owner.isStopping()
  }

  send(head: string, body: Uint8Array | null, part: BodyFraming): void {
    this.outgoing.send(head, body, part)
  }

  lag(): void | Promise<void> {
    return this.outgoing.lag()
  }

  finished(keepAlive: boolean): void {
    this.exchange = null
    this.owner.replied()
    // A stream may have started before the overflow.
    if (!keepAlive || this.pipelineOverflow) {
      this.close()
      return
    }
    this.sinceMs = performance.now()
    this.reader.start()
    if (this.early !== null && !this.outgoing.hasUnsent()) queueMicrotask(() => this.readOn())
  }

  openTunnel(): Tunnel {
    const { early } = this
    this.early = null
    this.tunnel = new ClientTunnel(this, this.outgoing)
    if (early !== null) this.tunnel.received(early)
    return this.tunnel
  }

  abort(): void {
    this.exchange = null
    this.socket.terminate()
  }

  hold(back: boolean): void {
    if (!this.open) return
    if (back) this.socket.pause()
    else this.socket.resume()
  }

  /** Continues with the pipelined bytes. */
  private readOn(): void {
    const bytes = this.early
    if (bytes === null || this.exchange?.whole) return
    this.early = null
    this.received(bytes)
  }

  private keep(bytes: Buffer): void {
    if (this.pipelineOverflow) return
    const size = (this.early?.length ?? 0) + bytes.length
    if (size <= MAX_EARLY_BYTES) {
      this.early = this.early === null ? bytes : Buffer.concat([this.early, bytes])
      return
    }
    this.pipelineOverflow = true
    this.early = null
    // The reply is complete but not fully sent yet.
    if (this.exchange === null) this.close()
  }

  private markMalformed(reason: string): void {
    if (this.exchange !== null) this.exchange.markMalformed(reason)
    else this.refuse(malformed(reason))
  }

  /** For errors before there is a request to answer. */
  private refuse(error: GatewayError): void {
    const { status, headers, body } = errorAnswer(error, newRequestId())
    const bytes = Buffer.from(body)
    this.send(headText(status, headers, `content-length: ${bytes.length}\r\n`), bytes, 'plain')
    this.close()
  }
}
