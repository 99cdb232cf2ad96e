/** How requests reach an upstream. */
import type { CredentialSource } from './credentials.ts'

/** A body that is sent as it arrives, at the pace of its reader. It can be read once. */
export interface BodySource {
  /** Null: it is sent in chunks. */
  readonly length: number | null
  /**
   * The next bytes, null at the end; rejects if the sender broke off. One call at a time. The bytes are the taker's,
   * who may free them.
   */
  next(): Uint8Array | null | Promise<Uint8Array | null>
}

export interface WireRequest {
  method: 'POST' | 'GET' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  /** Those of one destination are one object, so that a transport can keep what it makes of them. */
  headers: Readonly<Record<string, string>>
  /** Headers of this request alone. */
  further?: Readonly<Record<string, string>> | null
  body: string | Uint8Array | BodySource | null
  prepare?: Prepare | undefined
  reframe?: Reframe | undefined
}

/** Puts the body into the host's envelope, signs it, or adds a token that may have to be fetched first. */
export type Prepare = (
  request: WireRequest,
  credentials: CredentialSource,
) => WireRequest | Promise<WireRequest>

/** A reply in the host's own form, of any status, as the readers of its protocol take it. */
export type Reframe = (reply: UpstreamReply) => UpstreamReply

export function isBodySource(body: WireRequest['body']): body is BodySource {
  return body !== null && typeof body === 'object' && 'next' in body
}

export interface SendOptions {
  /** Not over a connection that was used before. */
  fresh: boolean
}

/**
 * Why no reply came. `reset`: a connection that had been used before was closed instead of a reply;
 * `http2_refused`: the upstream no longer speaks HTTP/2, and got nothing of the request; `no_file_left`:
 * this process may open no more; `credentials_refused`: the issuer of access tokens refuses the stored secret;
 * `no_credentials`: it does not answer, or not well.
 */
export type TransportFault =
  | 'refused'
  | 'dns'
  | 'tls'
  | 'connect_timeout'
  | 'reset'
  | 'http2_refused'
  | 'no_file_left'
  | 'credentials_refused'
  | 'no_credentials'
  | 'other'

export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly fault: TransportFault
  /** The upstream may have got the request. */
  readonly ambiguous: boolean

  constructor(fault: TransportFault, message: string, ambiguous: boolean) {
    super(message)
    this.fault = fault
    this.ambiguous = ambiguous
  }
}

export interface UpstreamReply {
  readonly status: number
  /** A header's value by its name in lower case; several of one name are joined by commas. */
  header(name: string): string | null
  /** The next bytes of the body, null at its end; rejects where it broke off. One call at a time. */
  next(): Uint8Array | null | Promise<Uint8Array | null>
}

export interface Sending {
  /** Resolves at the reply's headers; rejects with TransportError. */
  reply: Promise<UpstreamReply>
  /** Closes the upstream's side at once: `reply`, or the reading of its body, rejects. */
  cancel(): void
}

/** A connection that left HTTP: bytes both ways, until one side ends it. */
export interface Tunnel {
  /** False if the other side lags: `onDrained` follows. */
  write(bytes: Uint8Array): boolean
  /** Stops or starts reading. */
  hold(back: boolean): void
  /** From now on `onBytes` is called. */
  start(): void
  /** Closes it once what was written is taken. */
  end(): void
  destroy(): void
  onBytes: (bytes: Uint8Array) => void
  onDrained: () => void
  onClosed: () => void
}

export type TunnelOpening =
  | { kind: 'open'; tunnel: Tunnel; protocol: string | null }
  | { kind: 'refused'; reply: UpstreamReply }

export interface Transport {
  /** A WebSocket with these subprotocols; rejects with TransportError. Missing if the transport has none. */
  openTunnel?(request: WireRequest, protocols: readonly string[]): Promise<TunnelOpening>
  /** Redirects are not followed, and nothing is sent twice. */
  send(request: WireRequest, options: SendOptions): Sending
}
