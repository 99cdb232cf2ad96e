/** Combines the small chunks of one read: passed on singly, a megabyte could become a million objects. */

/** Up to this size the runtime stores bytes inside the object, without a separate allocation. */
const MAX_SMALL_BYTES = 1000
/** Combined bytes that fill less of their buffer than this are copied, so that they don't retain all of it. */
const LEAST_FILLED = 1 / 4

export class SmallChunks {
  private readonly give: (bytes: Uint8Array) => void
  /** Offset of a read's first small chunk; it is passed on as it is if no other follows. */
  private from = 0
  private to = 0
  private gathered: Buffer | null = null
  private size = 0

  constructor(give: (bytes: Uint8Array) => void) {
    this.give = give
  }

  /** A part of the read. Large parts are passed on immediately as views. */
  add(read: Buffer, from: number, to: number): void {
    if (to - from > MAX_SMALL_BYTES) {
      this.flush(read)
      this.give(from === 0 && to === read.length ? read : read.subarray(from, to))
    } else if (this.gathered !== null) this.gather(read, from, to)
    else if (this.to === 0) {
      this.from = from
      this.to = to
    } else {
      this.gathered = Buffer.allocUnsafe(read.length)
      this.gather(read, this.from, this.to)
      this.gather(read, from, to)
    }
  }

  /** Called at the end of each read. */
  flush(read: Buffer): void {
    if (this.to === 0) return
    const { gathered, size, from, to } = this
    this.to = 0
    this.gathered = null
    this.size = 0
    if (gathered === null) this.give(copyOf(read, from, to))
    else if (size < gathered.length * LEAST_FILLED) this.give(copyOf(gathered, 0, size))
    else this.give(gathered.subarray(0, size))
  }

  private gather(read: Buffer, from: number, to: number): void {
    this.size += read.copy(this.gathered as Buffer, this.size, from, to)
  }
}

/** A third of the time that `slice` takes, which looks for the class of its result first. */
function copyOf(bytes: Buffer, from: number, to: number): Uint8Array {
  const copy = new Uint8Array(to - from)
  bytes.copy(copy, 0, from, to)
  return copy
}
