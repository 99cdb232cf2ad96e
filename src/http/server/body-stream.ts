/** A request body read as it arrives, with backpressure on the client's socket. */
import type { BodySource } from '../../upstreams/transport.ts'

/** Above this, reading from the socket pauses until half of it has been consumed. */
const HIGH_BYTES = 256 * 1024

export class BodyStream implements BodySource {
  readonly length: number | null
  private readonly hold: (back: boolean) => void
  private chunks: Uint8Array[] = []
  private size = 0
  private held = false
  private ended = false
  private failed: Error | null = null
  private waiting: PromiseWithResolvers<Uint8Array | null> | null = null

  /** `hold` pauses or resumes reading from the socket. */
  constructor(length: number | null, hold: (back: boolean) => void) {
    this.length = length
    this.hold = hold
  }

  next(): Uint8Array | null | Promise<Uint8Array | null> {
    const bytes = this.chunks.shift()
    if (bytes !== undefined) {
      this.size -= bytes.length
      if (this.held && this.size <= HIGH_BYTES / 2) this.holdBack(false)
      return bytes
    }
    if (this.failed !== null) return Promise.reject(this.failed)
    if (this.ended) return null
    this.waiting = Promise.withResolvers<Uint8Array | null>()
    return this.waiting.promise
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    if (this.waiting !== null) {
      const { resolve } = this.waiting
      this.waiting = null
      resolve(bytes)
      return
    }
    this.chunks.push(bytes)
    this.size += bytes.length
    if (!this.held && this.size > HIGH_BYTES) this.holdBack(true)
  }

  end(): void {
    this.ended = true
    this.waiting?.resolve(null)
    this.waiting = null
  }

  fail(error: Error): void {
    if (this.ended) return
    this.failed = error
    this.waiting?.reject(error)
    this.waiting = null
  }

  /** Discards the rest of the body, so that unread data does not block the connection. */
  drop(): void {
    this.chunks = []
    this.size = 0
    if (this.held) this.holdBack(false)
  }

  private holdBack(back: boolean): void {
    this.held = back
    this.hold(back)
  }
}
