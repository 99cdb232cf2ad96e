/** The two sides of an exchange: the connection that carries it, and another thread that may answer it. */
import type { Tunnel } from '../../upstreams/transport.ts'
import type { BodyFraming } from './outgoing.ts'

/** The part of the connection an exchange uses. */
export interface ReplyWire {
  /** The remote address. */
  peer(): string
  /** Sends `head` and `body` in a single write. */
  send(head: string, body: Uint8Array | null, part: BodyFraming): void
  /** A promise if the client has not accepted everything yet; resolves once it has, or has disconnected. */
  lag(): void | Promise<void>
  /** Called once the whole reply has been sent. */
  finished(keepAlive: boolean): void
  /** Closes the connection in the middle of the reply. */
  abort(): void
  /** True if this is the last reply on its connection because the server is stopping. */
  isLast(): boolean
  /** Pauses or resumes reading from the client. */
  hold(back: boolean): void
  /** Upgrades the connection: nothing after this is read as a request. */
  openTunnel(): Tunnel
}

/** Another thread that answers the exchange: what the connection has to say of it goes there. */
export interface Taker {
  received(bytes: Uint8Array): void
  complete(): void
  markMalformed(reason: string): void
  clientLeft(): void
}
