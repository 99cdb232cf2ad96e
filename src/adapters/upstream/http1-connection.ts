/** One connection that carries one exchange after the other. */
import {
  type Sending,
  TransportError,
  type UpstreamReply,
  type WireRequest,
} from '../../ports/transport.ts'
import type { Address } from './address.ts'
import { MalformedReply } from './http1-head.ts'
import { createReplyReader } from './http1-reader.ts'
import { Http1Reply } from './http1-reply.ts'

/** What a connection needs of its socket. */
export interface Wire {
  /** How many bytes were taken; the rest goes after `drained`. */
  write(data: string | Uint8Array): number
  /** Stops or starts reading. */
  hold(back: boolean): void
  destroy(): void
}

export interface Connection {
  /** `head` with its empty line; `body` goes right behind it. */
  exchange(head: string, body: string): Sending
  destroy(): void
  /** To be called by the socket. */
  received(bytes: Buffer): void
  drained(): void
  /** `error` is null where the upstream ended it properly. */
  closed(error: string | null): void
}

interface Watcher {
  /** It can carry another exchange. */
  idle(connection: Connection): void
  gone(connection: Connection): void
}

/** A class, for each request has one. */
class Exchange implements Sending {
  readonly #giveUp: (exchange: Exchange) => void
  readonly reply: Promise<UpstreamReply>
  readonly resolve: (reply: UpstreamReply) => void
  readonly reject: (error: TransportError) => void
  /** Null until its head has come. */
  answer: Http1Reply | null = null

  constructor(giveUp: (exchange: Exchange) => void) {
    const { promise, resolve, reject } = Promise.withResolvers<UpstreamReply>()
    this.#giveUp = giveUp
    this.reply = promise
    this.resolve = resolve
    this.reject = reject
  }

  cancel(): void {
    this.#giveUp(this)
  }
}

export function createConnection(wire: Wire, watcher: Watcher): Connection {
  let current: Exchange | null = null
  /** A reply was read from it. */
  let used = false
  let open = true
  let unsent: Uint8Array | null = null

  const reader = createReplyReader({
    head(status, headers) {
      if (current === null) return
      current.answer = new Http1Reply(status, headers, wire.hold)
      current.resolve(current.answer)
    },
    body: (bytes) => current?.answer?.push(bytes),
    end(reusable) {
      const finished = current
      current = null
      used = true
      finished?.answer?.end()
      // A reply before the whole request was sent leaves the rest of it in the way.
      if (reusable && open && unsent === null) watcher.idle(connection)
      else destroy()
    },
  })

  const destroy = () => {
    if (!open) return
    open = false
    wire.destroy()
    watcher.gone(connection)
  }

  const fail = (error: TransportError) => {
    const failing = current
    current = null
    destroy()
    failing?.reject(error)
    failing?.answer?.fail(error)
  }

  const giveUp = (exchange: Exchange) => {
    if (current === exchange) fail(new TransportError('other', 'given up', true))
  }

  const write = (data: string | Uint8Array) => {
    const written = Math.max(0, wire.write(data))
    const length = typeof data === 'string' ? Buffer.byteLength(data) : data.length
    if (written >= length) unsent = null
    else unsent = (typeof data === 'string' ? Buffer.from(data) : data).subarray(written)
  }

  const connection: Connection = {
    exchange(head, body) {
      const exchange = new Exchange(giveUp)
      current = exchange
      reader.start()
      write(head + body)
      return exchange
    },
    destroy,
    received(bytes) {
      try {
        reader.push(bytes)
      } catch (error) {
        if (!(error instanceof MalformedReply)) throw error
        fail(new TransportError('other', `its reply is malformed: ${error.message}`, true))
      }
    },
    drained() {
      if (unsent !== null) write(unsent)
    },
    closed(error) {
      if (error === null && reader.close() && current === null) return destroy()
      const early = current !== null && current.answer === null
      const how = error === null ? 'closed' : 'reset'
      const when = early ? 'before a reply' : 'in the middle of the reply'
      // An idle connection that the upstream was just closing; a new one may well be answered.
      const fault = early && used ? 'reset' : 'other'
      fail(new TransportError(fault, `the connection was ${how} ${when}`, true))
    },
  }
  return connection
}

const LINE_BREAK = /[\r\n\0]/

/** Throws where a header would end the line it stands in. */
export function headOf(
  { method, headers, body }: WireRequest,
  { host }: Address,
  path: string,
): string {
  const parts = [method, ' ', path, ' HTTP/1.1\r\nhost: ', host]
  for (const name in headers) {
    const value = headers[name] as string
    if (LINE_BREAK.test(value))
      throw new TransportError('other', `the header ${name} holds a line break`, false)
    parts.push('\r\n', name, ': ', value)
  }
  if (body !== null) parts.push('\r\ncontent-length: ', String(Buffer.byteLength(body)))
  parts.push('\r\n\r\n')
  return parts.join('')
}
