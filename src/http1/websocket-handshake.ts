/** The opening handshake of a WebSocket (RFC 6455, 4), and the keys that browsers send in it. */
import { invalidRequest } from '../core/errors.ts'
import type { HeaderSource } from '../core/headers.ts'

/** RFC 6455, 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const KEY = /^[A-Za-z0-9+/]{22}==$/
const TOKEN = /^[\w!#$%&'*+.^`|~-]{1,512}$/
/** How the vendors' SDKs send a key from a browser, which can't set headers. */
const KEY_PROTOCOL = /^openai-insecure-api-key\./
/** Only these are offered to the upstream; the others carry keys, organizations and projects. */
const UPSTREAM_PROTOCOL = /^(?:realtime|openai-beta\.[\w.-]+)$/

export interface Offer {
  key: string
  protocols: readonly string[]
}

/** Null if no upgrade is requested. Throws `invalid_request` if the upgrade request is malformed. */
export function readOffer(headers: HeaderSource): Offer | null {
  if (headers.get('upgrade')?.toLowerCase() !== 'websocket') return null
  const key = headers.get('sec-websocket-key') ?? ''
  const version = headers.get('sec-websocket-version')
  const isUpgrade = /\bupgrade\b/i.test(headers.get('connection') ?? '')
  if (!isUpgrade || !KEY.test(key) || version !== '13')
    throw invalidRequest('the WebSocket handshake is malformed, or not of version 13')
  return { key, protocols: protocolsIn(headers) }
}

export function protocolsIn(headers: HeaderSource): string[] {
  const offered = headers.get('sec-websocket-protocol')?.split(',') ?? []
  return offered.map((name) => name.trim()).filter((name) => TOKEN.test(name))
}

/** The proxy key among the subprotocols; null if there is none. */
export function keyIn(headers: HeaderSource): string | null {
  const named = protocolsIn(headers).find((name) => KEY_PROTOCOL.test(name))
  return named === undefined ? null : named.replace(KEY_PROTOCOL, '')
}

export function upstreamProtocols({ protocols }: Offer): string[] {
  return protocols.filter((name) => UPSTREAM_PROTOCOL.test(name))
}

/** The Sec-WebSocket-Accept value for a client's key. */
export function acceptOf(key: string): string {
  return new Bun.CryptoHasher('sha1').update(`${key}${GUID}`).digest('base64')
}
