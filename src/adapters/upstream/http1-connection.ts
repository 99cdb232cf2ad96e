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
import { createReplyBody, type ReplyBody } from './reply-body.ts'

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

interface Exchange {
  body: ReplyBody
  resolve(reply: UpstreamReply): void
  reject(error: TransportError): void
  answered: boolean
}

export function createConnection(wire: Wire, watcher: Watcher): Connection {
  let current: Exchange | null = null
  /** A reply was read from it. */
  let used = false
  let open = true
  let unsent: Uint8Array | null = null

  const reader = createReplyReader({
    head({ status, headers }) {
      if (current === null) return
      const { body, resolve } = current
      current.answered = true
      resolve({ status, header: (name) => headers.get(name) ?? null, next: body.next })
    },
    body: (bytes) => current?.body.push(bytes),
    end(reusable) {
      const finished = current
      current = null
      used = true
      finished?.body.end()
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
    failing?.body.fail(error)
  }

  const write = (data: string | Uint8Array) => {
    const written = Math.max(0, wire.write(data))
    const length = typeof data === 'string' ? Buffer.byteLength(data) : data.length
    if (written >= length) unsent = null
    else unsent = (typeof data === 'string' ? Buffer.from(data) : data).subarray(written)
  }

  const connection: Connection = {
    exchange(head, body) {
      const { promise, resolve, reject } = Promise.withResolvers<UpstreamReply>()
      const exchange: Exchange = {
        body: createReplyBody(wire.hold),
        resolve,
        reject,
        answered: false,
      }
      current = exchange
      reader.start()
      write(head + body)
      return {
        reply: promise,
        cancel() {
          if (current === exchange) fail(new TransportError('other', 'given up', true))
        },
      }
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
      const early = current !== null && !current.answered
      const how = error === null ? 'closed' : 'reset'
      const when = early ? 'before a reply' : 'in the middle of the reply'
      // An idle connection that the upstream was just closing; a new one may well be answered.
      const fault = early && used ? 'reset' : 'other'
      fail(new TransportError(fault, `the connection was ${how} ${when}`, true))
    },
  }
  return connection
}

/** Throws where a header would end the line it stands in. */
export function headOf(
  { method, headers, body }: WireRequest,
  { host }: Address,
  path: string,
): string {
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n`
  for (const name in headers) {
    const value = headers[name] as string
    if (/[\r\n\0]/.test(value))
      throw new TransportError('other', `the header ${name} holds a line break`, false)
    head += `${name}: ${value}\r\n`
  }
  if (body !== null) head += `content-length: ${Buffer.byteLength(body)}\r\n`
  return `${head}\r\n`
}
