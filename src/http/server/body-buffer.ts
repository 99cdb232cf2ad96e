/** Buffers a request body in few objects, however small the reads are. */

/** Reads of at least this size are kept as they are; smaller ones are copied together. */
const MIN_KEPT_BYTES = 16 * 1024
const BLOCK_BYTES = 64 * 1024

export class BodyBuffer {
  private readonly parts: Uint8Array[] = []
  private block: Buffer | null = null
  private filled = 0

  push(bytes: Uint8Array): void {
    if (bytes.length >= MIN_KEPT_BYTES) {
      this.closeBlock()
      this.parts.push(bytes)
      return
    }
    // Most bodies arrive in a single read.
    if (this.parts.length === 0 && this.block === null) {
      this.parts.push(bytes)
      return
    }
    if (this.block === null || this.filled + bytes.length > this.block.length) {
      this.closeBlock()
      this.block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
    }
    this.block.set(bytes, this.filled)
    this.filled += bytes.length
  }

  /** Returns the whole body once; the buffer is empty afterwards. */
  take(): Uint8Array {
    this.closeBlock()
    const { parts } = this
    const body = parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts)
    parts.length = 0
    return body
  }

  private closeBlock(): void {
    if (this.block !== null) this.parts.push(this.block.subarray(0, this.filled))
    this.block = null
    this.filled = 0
  }
}
