/** Maps Bun's fetch errors to transport errors. */
import { TransportError, type TransportFault } from '../../upstreams/transport.ts'

interface Meaning {
  fault: TransportFault
  detail: string
  /** False if no byte of the request can have arrived. */
  ambiguous: boolean
}

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ConnectionRefused: { fault: 'refused', detail: 'connection refused', ambiguous: false },
  ECONNREFUSED: { fault: 'refused', detail: 'connection refused', ambiguous: false },
  FailedToOpenSocket: {
    fault: 'dns',
    detail: 'its address could not be found or reached',
    ambiguous: false,
  },
  ENOTFOUND: { fault: 'dns', detail: 'its name could not be resolved', ambiguous: false },
  EAI_AGAIN: { fault: 'dns', detail: 'its name could not be resolved for now', ambiguous: false },
  EPROTO: { fault: 'tls', detail: 'TLS failed: it answers, but not in TLS', ambiguous: false },
  DNSResolveFailed: { fault: 'dns', detail: 'its name could not be resolved', ambiguous: false },
  ConnectionClosed: {
    fault: 'reset',
    detail: 'the connection was closed before a reply',
    ambiguous: true,
  },
  ECONNRESET: {
    fault: 'reset',
    detail: 'the connection was reset before a reply',
    ambiguous: true,
  },
  HTTP2Unsupported: {
    fault: 'http2_refused',
    detail: 'it does not speak HTTP/2',
    ambiguous: false,
  },
}

/** OpenSSL's codes for a rejected certificate or handshake. */
const TLS_CODE = /CERT|TLS|SSL|SIGNATURE|ISSUER|SELF_SIGNED|HANDSHAKE/i

/** With a proxy, only the proxy is connected to directly, so these faults are the proxy's. */
const FAULTS_OF_A_PROXY: readonly TransportFault[] = ['refused', 'dns']

interface Circumstances {
  /** The connection may have been used before and closed by the upstream since. */
  reused: boolean
  /** The URL of the outgoing proxy. */
  proxy: string | null
}

export function transportErrorOf(error: unknown, { reused, proxy }: Circumstances): TransportError {
  const { fault, detail, ambiguous } = meaningOf(error, reused)
  if (proxy === null) return new TransportError(fault, detail, ambiguous)
  const text = FAULTS_OF_A_PROXY.includes(fault)
    ? blamingProxy(proxy, detail)
    : `${detail}, by way of ${nameOf(proxy)}`
  return new TransportError(fault, text, ambiguous)
}

export function blamingProxy(proxy: string, detail: string): string {
  return `${nameOf(proxy)} failed: ${detail}`
}

/** The proxy without the password that its URL may contain. */
function nameOf(proxy: string): string {
  const { protocol, hostname, port } = new URL(proxy)
  return `the outgoing proxy ${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`
}

function meaningOf(error: unknown, reused: boolean): Meaning {
  const { code, name } = error as { code?: unknown; name?: unknown }
  const word = typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown'
  const meaning = MEANINGS[word]
  if (meaning)
    return meaning.fault === 'reset' && !reused ? { ...meaning, fault: 'other' } : meaning
  if (word === 'ERR_PROXY_TUNNEL') return noTunnel(error)
  if (TLS_CODE.test(word)) return { fault: 'tls', detail: `TLS failed: ${word}`, ambiguous: false }
  return { fault: 'other', detail: `the exchange failed: ${word}`, ambiguous: true }
}

/** The proxy requires a password or does not allow this upstream. */
function noTunnel(error: unknown): Meaning {
  const [status = 'no reply'] = /\b\d{3}\b/.exec(String(error)) ?? []
  return { fault: 'refused', detail: `it opened no tunnel (${status})`, ambiguous: false }
}
