/** Requests to upstreams by Bun's fetch: pooled connections, HTTP/2 where the upstream offers it. */
import { type Transport, TransportError, type WireRequest } from '../../ports/transport.ts'
import { type ConnectProbe, probeConnection } from './connect-probe.ts'
import { transportErrorOf } from './fetch-errors.ts'

export interface FetchTransportOptions {
  /** A connection (name, TCP, TLS) must stand within this. */
  connectTimeoutMs: number
  /** Use HTTP/2 where the upstream offers it. */
  http2: boolean
  /** The outgoing proxy that fetch will use for an origin, or null. */
  proxyFor(origin: string): string | null
  /** Asks an origin for a connection; replaced in tests. */
  probe?: ConnectProbe
}

type Protocol = 'http2' | 'http1.1'

/**
 * fetch tells nothing of its connecting, and a stalled TLS handshake would last minutes. So where no
 * headers came after half of the connect limit, a second connection without any request asks whether
 * the upstream can be reached at all; where that fails in the other half, the try has failed.
 */
export function createFetchTransport(options: FetchTransportOptions): Transport {
  const probe = options.probe ?? probeConnection
  const protocols = new Map<string, Protocol>()
  /** Origins that have answered: only there can a connection have been used before. */
  const answered = new Set<string>()

  /** HTTP/1.1 until the origin has said that it speaks HTTP/2; asked once, beside the first request. */
  const protocolFor = (origin: string): Protocol => {
    const known = protocols.get(origin)
    if (known) return known
    protocols.set(origin, 'http1.1')
    if (options.http2 && origin.startsWith('https:') && options.proxyFor(origin) === null) {
      void probe(origin, options.connectTimeoutMs).then((reached) => {
        if (reached.ok && reached.alpn === 'h2') protocols.set(origin, 'http2')
      })
    }
    return 'http1.1'
  }

  const watchConnecting = (origin: string, fail: (error: TransportError) => void) => {
    const half = options.connectTimeoutMs / 2
    return setTimeout(async () => {
      const reached = await probe(options.proxyFor(origin) ?? origin, half)
      if (!reached.ok)
        fail(
          new TransportError(
            reached.fault,
            `${reached.detail} (limit ${options.connectTimeoutMs} ms)`,
            false,
          ),
        )
    }, half)
  }

  return {
    async send(request, controller, { fresh }) {
      const origin = originOf(request.url)
      const protocol = protocolFor(origin)
      const { promise: unreachable, reject } = Promise.withResolvers<never>()
      unreachable.catch(() => {})
      const watch = watchConnecting(origin, (error) => {
        reject(error)
        controller.abort()
      })
      try {
        const sent = exchange(request, controller.signal, protocol, fresh)
        const response = await Promise.race([sent, unreachable])
        answered.add(origin)
        return response
      } catch (error) {
        if (error instanceof TransportError) throw error
        if (protocol === 'http2' && isUnsupported(error)) {
          protocols.set(origin, 'http1.1')
          return await exchange(request, controller.signal, 'http1.1', fresh)
        }
        throw transportErrorOf(error, answered.has(origin))
      } finally {
        clearTimeout(watch)
      }
    },
  }
}

function exchange(
  request: WireRequest,
  signal: AbortSignal,
  protocol: Protocol,
  fresh: boolean,
): Promise<Response> {
  return fetch(request.url, {
    method: request.method,
    headers: request.headers,
    body: request.body,
    signal,
    redirect: 'manual',
    // Our own limits apply; Bun's five minutes would end a long wait for a reasoning model.
    timeout: false,
    decompress: false,
    ...(protocol === 'http2' ? { protocol } : {}),
    ...(fresh ? { keepalive: false } : {}),
  })
}

function originOf(url: string): string {
  const slash = url.indexOf('/', url.indexOf('//') + 2)
  return slash < 0 ? url : url.slice(0, slash)
}

/** The upstream no longer selects HTTP/2, or refuses the handshake for it; nothing was sent. */
function isUnsupported(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return code === 'HTTP2Unsupported' || code === 'EPROTO'
}
