/** A reply between the socket and its consumer, with backpressure on the socket. */
import type { HeaderLines } from '../../http1/head-lines.ts'
import { joined } from '../../protocols/sse.ts'
import type { UpstreamReply } from '../../upstreams/transport.ts'

/** Above this, reading from the socket pauses until half of it has been consumed. */
const HIGH_BYTES = 256 * 1024

/** Larger amounts are not copied together. */
const MAX_JOINED_BYTES = 64 * 1024

interface Holdable {
  /** Pauses or resumes reading. */
  hold(back: boolean): void
}

/** A class because every request creates one: closures would take a dozen objects. */
export class Http1Reply implements UpstreamReply {
  readonly status: number
  private readonly headers: HeaderLines
  private readonly wire: Holdable
  /** Chunks of the socket read in progress. */
  private readonly arriving: Uint8Array[] = []
  private readonly chunks: Uint8Array[] = []
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

  /** Buffers until `deliver`, so that the bytes of one socket read are delivered together. */
  push(bytes: Uint8Array): void {
    this.arriving.push(bytes)
    this.size += bytes.length
    if (this.held || this.size <= HIGH_BYTES) return
    this.held = true
    this.wire.hold(true)
  }

  /** Called after each socket read. */
  deliver(): void {
    this.endRead()
    if (this.waiting === null || this.taken >= this.chunks.length) return
    const { resolve } = this.waiting
    this.waiting = null
    resolve(this.take())
  }

  end(): void {
    this.ended = true
    this.deliver()
    this.waiting?.resolve(null)
    this.waiting = null
  }

  /** Bytes that arrived before the failure are still delivered. */
  fail(error: Error): void {
    if (this.ended) return
    this.failed = error
    this.deliver()
    this.waiting?.reject(error)
    this.waiting = null
  }

  private take(): Uint8Array {
    const bytes = this.chunks[this.taken++] as Uint8Array
    if (this.taken === this.chunks.length) {
      this.chunks.length = 0
      this.taken = 0
    }
    this.size -= bytes.length
    if (this.held && this.size <= HIGH_BYTES / 2) {
      this.held = false
      this.wire.hold(false)
    }
    return bytes
  }

  /** Joins one read's bytes into one chunk: each chunk costs a write to the client. */
  private endRead(): void {
    const { arriving } = this
    if (arriving.length === 0) return
    if (arriving.length === 1) this.chunks.push(arriving[0] as Uint8Array)
    else if (lengthOf(arriving) > MAX_JOINED_BYTES) this.chunks.push(...arriving)
    else this.chunks.push(joined(arriving))
    arriving.length = 0
  }
}

function lengthOf(parts: readonly Uint8Array[]): number {
  let length = 0
  for (const part of parts) length += part.length
  return length
}
