/** Sends to an upstream over our own HTTP/1.1 connections, or fetch if it chose HTTP/2 or a proxy is set. */
import {
  isBodySource,
  type Sending,
  type SendOptions,
  type Transport,
  TransportError,
  type WireRequest,
} from '../../upstreams/transport.ts'
import { splitUrl } from './address.ts'
import { createFetchTransport, type FetchOptions } from './fetch-transport.ts'
import { createHttp1Transport } from './http1-transport.ts'
import { openTunnel } from './tunnel.ts'

export interface UpstreamTransportOptions extends FetchOptions {
  /** Use HTTP/2 if the upstream offers it. */
  http2: boolean
}

export function createUpstreamTransport(options: UpstreamTransportOptions): Transport {
  const byFetch = createFetchTransport(options)
  /** Learned in the TLS handshake; forgotten if HTTP/2 is refused later. */
  const http2Origins = new Set<string>()
  const onlyHttp1 = new Set<string>()
  const proxied = new Map<string, boolean>()

  const isProxied = (origin: string): boolean => {
    const known = proxied.get(origin)
    if (known !== undefined) return known
    const found = options.proxyFor(origin) !== null
    proxied.set(origin, found)
    return found
  }

  const http1 = createHttp1Transport({
    connectTimeoutMs: options.connectTimeoutMs,
    offerHttp2: (origin) => options.http2 && !onlyHttp1.has(origin),
    speaksHttp2(origin, request, { fresh }) {
      http2Origins.add(origin)
      return byFetch.send(request, { origin, http2: true, fresh })
    },
  })

  const sendByHttp2 = (request: WireRequest, send: SendOptions, origin: string): Sending => {
    const sending = byFetch.send(request, { origin, http2: true, ...send })
    let now = sending
    const reply = sending.reply.catch((error: TransportError) => {
      if (!refusesHttp2(error)) throw error
      http2Origins.delete(origin)
      onlyHttp1.add(origin)
      now = http1.send(request, send)
      return now.reply
    })
    return { reply, cancel: () => now.cancel() }
  }

  return {
    openTunnel(request, protocols) {
      const { origin } = splitUrl(request.url).address
      if (isProxied(origin))
        throw new TransportError('other', 'no WebSocket goes through an outgoing proxy', false)
      return openTunnel(request, protocols, options.connectTimeoutMs)
    },
    send(request, send) {
      const { origin, secure } = splitUrl(request.url).address
      if (isProxied(origin)) return byFetch.send(request, { origin, http2: false, ...send })
      if (!secure || !http2Origins.has(origin) || isBodySource(request.body))
        return http1.send(request, send)
      return sendByHttp2(request, send, origin)
    },
  }
}

/** An upstream that no longer supports HTTP/2 says so, or fails TLS with an error fetch can't classify. */
function refusesHttp2({ fault, ambiguous }: TransportError): boolean {
  return !ambiguous && (fault === 'http2_refused' || fault === 'tls')
}
