/** A reply between the socket that brings it and the stage that takes it; holds the socket back. */
import type { HeaderLines } from '../../http1/head-lines.ts'
import type { UpstreamReply } from '../../upstreams/transport.ts'

/** Above this the socket is not read any further, until half of it was taken. */
const HIGH_BYTES = 256 * 1024

interface Holdable {
  /** Stops or starts reading. */
  hold(back: boolean): void
}

/** A class, for each request has one: as closures it would be a dozen objects. */
export class Http1Reply implements UpstreamReply {
  readonly status: number
  private readonly headers: HeaderLines
  private readonly wire: Holdable
  private chunks: Uint8Array[] = []
  private taken = 0
  private size = 0
  private held = false
  private ended = false
  private failed: Error | null = null
  private waiting: PromiseWithResolvers<Uint8Array | null> | null = null

  constructor(status: number, headers: HeaderLines, wire: Holdable) {
    this.status = status
    this.headers = headers
    this.wire = wire
  }

  header(name: string): string | null {
    return this.headers.get(name)
  }

  next(): Uint8Array | null | Promise<Uint8Array | null> {
    if (this.taken < this.chunks.length) return this.take()
    if (this.failed !== null) return Promise.reject(this.failed)
    if (this.ended) return null
    this.waiting = Promise.withResolvers<Uint8Array | null>()
    return this.waiting.promise
  }

  push(bytes: Uint8Array): void {
    if (this.waiting !== null) {
      const { resolve } = this.waiting
      this.waiting = null
      resolve(bytes)
      return
    }
    this.chunks.push(bytes)
    this.size += bytes.length
    if (this.held || this.size <= HIGH_BYTES) return
    this.held = true
    this.wire.hold(true)
  }

  end(): void {
    this.ended = true
    this.waiting?.resolve(null)
    this.waiting = null
  }

  /** What came before it is still handed out. */
  fail(error: Error): void {
    if (this.ended) return
    this.failed = error
    this.waiting?.reject(error)
    this.waiting = null
  }

  private take(): Uint8Array {
    const bytes = this.chunks[this.taken++] as Uint8Array
    if (this.taken === this.chunks.length) {
      this.chunks = []
      this.taken = 0
    }
    this.size -= bytes.length
    if (this.held && this.size <= HIGH_BYTES / 2) {
      this.held = false
      this.wire.hold(false)
    }
    return bytes
  }
}
