/** Requests over our own keep-alive HTTP/1.1 connections. docs/decisions explains why not fetch. */

import type { SendOptions, WireRequest } from '../../upstreams/transport.ts'
import {
  isBodySource,
  type Sending,
  TransportError,
  type UpstreamReply,
} from '../../upstreams/transport.ts'
import { splitUrl, type UpstreamAddress } from './address.ts'
import { Connection, headOf } from './http1-connection.ts'
import { createIdlePool } from './idle-pool.ts'
import { openConnection } from './open-socket.ts'

export interface Http1Options {
  /** Time limit for connecting (DNS, TCP, TLS). */
  connectTimeoutMs: number
  /** Whether to offer HTTP/2 to this origin. */
  offerHttp2(origin: string): boolean
  /** Called if the origin chose HTTP/2; sends the request there instead. */
  speaksHttp2(origin: string, request: WireRequest, options: SendOptions): Sending
}

export function createHttp1Transport(options: Http1Options) {
  const pool = createIdlePool()

  const open = (address: UpstreamAddress, { body }: WireRequest) => {
    const { origin } = address
    // A body sent as it arrives uses our own connections, because they support backpressure.
    const offerHttp2 = !isBodySource(body) && options.offerHttp2(origin)
    const limits = { limitMs: options.connectTimeoutMs, offerHttp2 }
    return openConnection(address, limits, (wire) => new Connection(wire, pool.watcherOf(origin)))
  }

  /** Sends on a new connection. If the client leaves meanwhile, the connection is still made and kept. */
  const sendOnNew = (
    request: WireRequest,
    send: SendOptions,
    address: UpstreamAddress,
    head: string,
  ): Sending => {
    const { promise, resolve, reject } = Promise.withResolvers<UpstreamReply>()
    let sending: Sending | null = null
    let cancelled = false
    open(address, request)
      .then((made) => {
        if (cancelled) {
          if (made.protocol === 'http1.1') pool.watcherOf(address.origin).idle(made.connection)
          return
        }
        sending =
          made.protocol === 'http2'
            ? options.speaksHttp2(address.origin, request, send)
            : made.connection.exchange(head, request.body)
        sending.reply.then(resolve, reject)
      })
      .catch(reject)
    return {
      reply: promise,
      cancel() {
        cancelled = true
        if (sending !== null) sending.cancel()
        else reject(new TransportError('other', 'given up', false))
      },
    }
  }

  return {
    send(request: WireRequest, send: SendOptions): Sending {
      const { address, path } = splitUrl(request.url)
      const head = headOf(request, address, path)
      const idle = send.fresh ? null : pool.take(address.origin)
      return idle === null
        ? sendOnNew(request, send, address, head)
        : idle.exchange(head, request.body)
    },
  }
}
