/** The client that waits for a reply, as the stages see it; the web server implements it. */

export interface ClientReplyHead {
  status: number
  headers: Record<string, string>
}

/** The head of a body that is sent in parts. */
export interface StreamHead extends ClientReplyHead {
  /** Of the whole body, in bytes; absent or null if it is not known. A body of another length is broken off. */
  length?: number | null
}

/** What the web server sends. */
export interface Reply extends ClientReplyHead {
  body: string | Uint8Array
}

/** Receives the reply: exactly one of these two is called, once. */
export interface Client {
  respond(reply: Reply): void
  /** Its head goes with the first bytes, or with `flush`. */
  stream(head: StreamHead): ClientStream
  /** Closes the connection, whatever was sent. */
  abort(): void
  /** Its key no longer works: refuses it if the response has not begun, otherwise closes the connection. */
  revoke(): void
}

/** Does nothing if the client is gone. */
export interface ClientStream {
  /** A promise only where the client lags: resolves once it has taken the bytes, or is gone. */
  write(bytes: Uint8Array): void | Promise<void>
  flush(): void
  end(last: Uint8Array | null): void
  /** Breaks off, so that the client can't take it for whole. */
  abort(): void
}
