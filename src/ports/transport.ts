/** How requests reach an upstream. */

export interface WireRequest {
  method: 'POST' | 'GET'
  url: string
  headers: Readonly<Record<string, string>>
  body: string | null
}

export interface SendOptions {
  /** Not over a connection that was used before. */
  fresh: boolean
}

/** Why no reply came. `ambiguous`: the upstream may have got the request. */
export type TransportFault = 'refused' | 'dns' | 'tls' | 'connect_timeout' | 'reset' | 'other'

export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly fault: TransportFault
  readonly ambiguous: boolean

  constructor(fault: TransportFault, message: string, ambiguous: boolean) {
    super(message)
    this.fault = fault
    this.ambiguous = ambiguous
  }
}

export interface Transport {
  /**
   * Resolves at the reply's headers; its body is read as it arrives. Redirects are not followed.
   * Throws TransportError; an abort of `controller` rejects and closes the upstream's side at once;
   * the transport aborts it itself where the upstream can't be connected to in time.
   */
  send(request: WireRequest, controller: AbortController, options: SendOptions): Promise<Response>
}
