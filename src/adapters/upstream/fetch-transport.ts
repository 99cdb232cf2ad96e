/** Requests through Bun's fetch: for upstreams that chose HTTP/2, and through an outgoing proxy. */

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
  /** Opens a test connection to an origin; replaced in tests. */
  probe?: ConnectProbe
}

export interface FetchSend {
  origin: string
  http2: boolean
  fresh: boolean
}

/**
 * fetch reports nothing about connecting, and a stalled TLS handshake would last minutes. So if no headers have
 * arrived after half of the connect timeout, a second connection without a request checks whether the upstream
 * is reachable at all; if that fails within the other half, the attempt fails.
 */
export function createFetchTransport(options: FetchOptions) {
  const probe = options.probe ?? probeConnection
  /** Origins that have answered: only those can have a reused connection. */
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
      // An abort alone does not end a stalled TLS handshake, so this stops waiting for it.
      const giveUp = (error: TransportError) => {
        reject(error)
        controller.abort()
      }
      let waiting = true
      const watch = watchConnecting(origin, (error) => {
        // A probe that began before the reply arrived may finish during it.
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

/** A stream if the body is sent as it arrives. */
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
    // Our own time limits apply; Bun's five minutes would cut off a slow reasoning model.
    timeout: false,
    decompress: false,
    ...(http2 ? { protocol: 'http2' } : {}),
    ...(fresh ? { keepalive: false } : {}),
  })
}
