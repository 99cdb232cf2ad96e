/** A reply between the socket that brings it and the stage that takes it; holds the socket back. */
import type { UpstreamReply } from '../../ports/transport.ts'
import type { HeaderLines } from './http1-head.ts'

/** Above this the socket is not read any further, until half of it was taken. */
const HIGH_BYTES = 256 * 1024

/** A class, for each request has one: as closures it would be a dozen objects. */
export class Http1Reply implements UpstreamReply {
  readonly status: number
  readonly #headers: HeaderLines
  readonly #hold: (back: boolean) => void
  #chunks: Uint8Array[] = []
  #taken = 0
  #size = 0
  #held = false
  #ended = false
  #failed: Error | null = null
  #waiting: PromiseWithResolvers<Uint8Array | null> | null = null

  constructor(status: number, headers: HeaderLines, hold: (back: boolean) => void) {
    this.status = status
    this.#headers = headers
    this.#hold = hold
  }

  header(name: string): string | null {
    return this.#headers.get(name)
  }

  next(): Uint8Array | null | Promise<Uint8Array | null> {
    if (this.#taken < this.#chunks.length) return this.#take()
    if (this.#failed !== null) return Promise.reject(this.#failed)
    if (this.#ended) return null
    this.#waiting = Promise.withResolvers<Uint8Array | null>()
    return this.#waiting.promise
  }

  push(bytes: Uint8Array): void {
    if (this.#waiting !== null) {
      const { resolve } = this.#waiting
      this.#waiting = null
      resolve(bytes)
      return
    }
    this.#chunks.push(bytes)
    this.#size += bytes.length
    if (this.#held || this.#size <= HIGH_BYTES) return
    this.#held = true
    this.#hold(true)
  }

  end(): void {
    this.#ended = true
    this.#waiting?.resolve(null)
    this.#waiting = null
  }

  /** What came before it is still handed out. */
  fail(error: Error): void {
    if (this.#ended) return
    this.#failed = error
    this.#waiting?.reject(error)
    this.#waiting = null
  }

  #take(): Uint8Array {
    const bytes = this.#chunks[this.#taken++] as Uint8Array
    if (this.#taken === this.#chunks.length) {
      this.#chunks = []
      this.#taken = 0
    }
    this.#size -= bytes.length
    if (this.#held && this.#size <= HIGH_BYTES / 2) {
      this.#held = false
      this.#hold(false)
    }
    return bytes
  }
}
