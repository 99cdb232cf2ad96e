/** Requests by Bun's fetch: for upstreams that chose HTTP/2, and where an outgoing proxy stands between. */

import { replyOf } from '../../upstreams/response-reply.ts'
import {
  isBodySource,
  type Sending,
  TransportError,
  type UpstreamReply,
  type WireRequest,
} from '../../upstreams/transport.ts'
import { type ConnectProbe, probeConnection } from './connect-probe.ts'
import { decoded } from './decoded-reply.ts'
import { blamingProxy, transportErrorOf } from './fetch-errors.ts'

export interface FetchOptions {
  connectTimeoutMs: number
  /** The outgoing proxy that fetch will use for an origin, or null. */
  proxyFor(origin: string): string | null
  /** Asks an origin for a connection; replaced in tests. */
  probe?: ConnectProbe
}

export interface FetchSend {
  origin: string
  http2: boolean
  fresh: boolean
}

/**
 * fetch tells nothing of its connecting, and a stalled TLS handshake would last minutes. So where no
 * headers came after half of the connect limit, a second connection without any request asks whether
 * the upstream can be reached at all; where that fails in the other half, the try has failed.
 */
export function createFetchTransport(options: FetchOptions) {
  const probe = options.probe ?? probeConnection
  /** Origins that have answered: only there can a connection have been used before. */
  const answered = new Set<string>()

  const watchConnecting = (origin: string, fail: (error: TransportError) => void) => {
    const half = options.connectTimeoutMs / 2
    return setTimeout(async () => {
      const proxy = options.proxyFor(origin)
      const reached = await probe(proxy ?? origin, half)
      if (reached.ok) return
      const missing = `${reached.detail} (limit ${options.connectTimeoutMs} ms)`
      const detail = proxy === null ? missing : blamingProxy(proxy, missing)
      fail(new TransportError(reached.fault, detail, false))
    }, half)
  }

  return {
    send(request: WireRequest, { origin, http2, fresh }: FetchSend): Sending {
      const controller = new AbortController()
      const { promise: reply, resolve, reject } = Promise.withResolvers<UpstreamReply>()
      // An abort alone does not end a TLS handshake that stalls, so nothing is left to wait for it.
      const giveUp = (error: TransportError) => {
        reject(error)
        controller.abort()
      }
      let waiting = true
      const watch = watchConnecting(origin, (error) => {
        // A probe that began before the reply came may end in the middle of it.
        if (waiting) giveUp(error)
      })
      exchange(request, controller.signal, http2, fresh)
        .then(
          (response) => {
            answered.add(origin)
            resolve(decoded(replyOf(response)))
          },
          (error) => {
            const circumstances = { reused: answered.has(origin), proxy: options.proxyFor(origin) }
            reject(transportErrorOf(error, circumstances))
          },
        )
        .finally(() => {
          waiting = false
          clearTimeout(watch)
        })
      return { reply, cancel: () => giveUp(new TransportError('other', 'given up', true)) }
    },
  }
}

/** As a stream, if it is sent as it arrives. */
function bodyOf({ body }: WireRequest): NonNullable<RequestInit['body']> | null {
  if (!isBodySource(body)) return body as string | Uint8Array<ArrayBuffer> | null
  return new ReadableStream({
    async pull(controller) {
      const bytes = await body.next()
      if (bytes === null) controller.close()
      else controller.enqueue(bytes)
    },
  })
}

function exchange(
  request: WireRequest,
  signal: AbortSignal,
  http2: boolean,
  fresh: boolean,
): Promise<Response> {
  return fetch(request.url, {
    method: request.method,
    headers: { ...request.headers, ...request.further },
    body: bodyOf(request),
    signal,
    redirect: 'manual',
    // Our own limits apply; Bun's five minutes would end a long wait for a reasoning model.
    timeout: false,
    decompress: false,
    ...(http2 ? { protocol: 'http2' } : {}),
    ...(fresh ? { keepalive: false } : {}),
  })
}
