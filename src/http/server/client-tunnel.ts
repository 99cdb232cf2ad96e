/** A client connection that has been upgraded from HTTP. */
import type { Tunnel } from '../../upstreams/transport.ts'
import type { Outgoing } from './outgoing.ts'

interface Owner {
  hold(back: boolean): void
  /** Closes the writing side once everything has been sent. */
  close(): void
  abort(): void
}

export class ClientTunnel implements Tunnel {
  onBytes: (bytes: Uint8Array) => void = () => {}
  onDrained: () => void = () => {}
  onClosed: () => void = () => {}
  private readonly owner: Owner
  private readonly outgoing: Outgoing
  /** Bytes that arrived before a listener was attached; null afterwards. */
  private early: Uint8Array[] | null = []

  constructor(owner: Owner, outgoing: Outgoing) {
    this.owner = owner
    this.outgoing = outgoing
  }

  write(bytes: Uint8Array): boolean {
    this.outgoing.send('', bytes, 'plain')
    return !this.outgoing.hasUnsent()
  }

  hold(back: boolean): void {
    this.owner.hold(back)
  }

  start(): void {
    const early = this.early ?? []
    this.early = null
    for (const bytes of early) this.onBytes(bytes)
  }

  end(): void {
    this.owner.close()
  }

  destroy(): void {
    this.owner.abort()
  }

  received(bytes: Uint8Array): void {
    if (this.early !== null) this.early.push(bytes)
    else this.onBytes(bytes)
  }
}
