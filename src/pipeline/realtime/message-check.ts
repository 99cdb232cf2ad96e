/** Messages of a client that name objects wait until it is known that the objects are the client's own. */
import type { Tunnel } from '../../upstreams/transport.ts'

export class MessageCheck {
  /** The last check that has not ended; those before it end first. */
  private checking: Promise<void> | null = null
  private held: Uint8Array[] = []
  private readonly client: Tunnel
  private readonly upstream: Tunnel
  private readonly refused: (reason: string) => void

  /** `refused` ends the session. */
  constructor(client: Tunnel, upstream: Tunnel, refused: (reason: string) => void) {
    this.client = client
    this.upstream = upstream
    this.refused = refused
  }

  /** From now on nothing is sent to the upstream before the check has passed. */
  wait(check: Promise<void>): void {
    const checking: Promise<void> = Promise.all([this.checking, check]).then(
      () => this.ended(checking),
      (error) => {
        this.held = []
        this.refused(error instanceof Error ? error.message : 'a message could not be checked')
      },
    )
    this.checking = checking
  }

  /** The bytes if they may go on now; null if they wait. */
  pass(bytes: Uint8Array): Uint8Array | null {
    if (this.checking === null) return bytes
    // A copy, because the bytes may be in the buffer all connections share.
    this.held.push(new Uint8Array(bytes))
    this.client.hold(true)
    return null
  }

  private ended(check: Promise<void>): void {
    if (this.checking !== check) return
    this.checking = null
    const bytes = Buffer.concat(this.held)
    this.held = []
    if (bytes.length === 0 || this.upstream.write(bytes)) this.client.hold(false)
  }
}
