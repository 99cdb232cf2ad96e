/** Bun's fetch errors in our words. */
import { TransportError, type TransportFault } from '../../ports/transport.ts'

interface Meaning {
  fault: TransportFault
  detail: string
  /** False where no byte of the request can have arrived. */
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

/** OpenSSL's names for a certificate that was not accepted. */
const TLS_CODE = /CERT|TLS|SSL|SIGNATURE|ISSUER|SELF_SIGNED|HANDSHAKE/i

/** `reused`: the connection may have been used before, and closed by the upstream since. */
export function transportErrorOf(error: unknown, reused: boolean): TransportError {
  const { code, name } = error as { code?: unknown; name?: unknown }
  const word = typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown'
  const meaning = MEANINGS[word]
  if (meaning) {
    const fault = meaning.fault === 'reset' && !reused ? 'other' : meaning.fault
    return new TransportError(fault, meaning.detail, meaning.ambiguous)
  }
  if (TLS_CODE.test(word)) return new TransportError('tls', `TLS failed: ${word}`, false)
  return new TransportError('other', `the exchange failed: ${word}`, true)
}
