/** Reads a multipart form (RFC 7578) while it passes: it keeps the head of a part or a short field, never a file. */
import { invalidRequest } from '../core/errors.ts'
import { releaseBytes } from '../core/release-bytes.ts'
import { partHead } from './form.ts'

export interface FormSink {
  /** A field that is not a file; only the beginning of a long one. */
  field(name: string, value: string): void
  /** The next bytes of a file, which may change after the call. */
  fileBytes(bytes: Uint8Array): void
  fileEnd(): void
}

const MAX_HEAD_BYTES = 16 * 1024
const MAX_FIELD_LENGTH = 64 * 1024
const HEAD_END = Buffer.from('\r\n\r\n')
/** The second line break of a head may be the one before the next boundary: then the part is empty. */
const LINE_BREAK = 2

/** What follows a boundary, as far as it has arrived: padding and a line break (RFC 2046, 5.1.1). */
const LINE_END = /^[ \t]*(?:\r(?:\n|$)|$)/
const MAX_PADDING = 64

export class FormReader {
  private state: 'before' | 'head' | 'body' | 'after' = 'before'
  /** Bytes that can't be judged before the next ones arrive. */
  private held: Uint8Array = new Uint8Array()
  private part = { name: '', isFile: false }
  private value = ''
  /** Bytes at the beginning of a body that are not its own. */
  private skip = 0
  private readonly boundary: Buffer
  private readonly delimiter: Buffer
  private readonly sink: FormSink

  constructor(boundary: string, sink: FormSink) {
    this.boundary = Buffer.from(`--${boundary}`, 'latin1')
    this.delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
    this.sink = sink
  }

  /** Throws `invalid_request` if the form is malformed. */
  push(bytes: Uint8Array): void {
    const all = Buffer.concat([this.held, bytes])
    let at = 0
    for (let next = this.step(all, at); next !== null; next = this.step(all, at)) at = next
    // A copy, so that the rest is freed at once: gigabytes pass.
    this.held = new Uint8Array(all.subarray(this.readTo(all, at)))
    releaseBytes(all)
  }

  /** Where the next piece begins; null if more bytes are needed. */
  private step(all: Buffer, at: number): number | null {
    if (this.state === 'after') return null
    if (this.state === 'head') return this.readHead(all, at)
    const mark = this.state === 'before' ? this.boundary : this.delimiter
    const found = all.indexOf(mark, at)
    if (found < 0) return null
    if (this.state === 'body') this.endPart(all.subarray(at, found))
    this.state = 'head'
    return found + mark.length
  }

  private readHead(all: Buffer, at: number): number | null {
    if (all.length - at < LINE_BREAK) return null
    if (all.toString('latin1', at, at + 2) === '--') {
      this.state = 'after'
      return null
    }
    // Some servers read a boundary with more after it as part of the file.
    if (!LINE_END.test(all.toString('latin1', at, at + MAX_PADDING)))
      throw invalidRequest('the form is malformed: a line begins with its boundary and goes on')
    const end = all.indexOf(HEAD_END, at)
    if (end < 0 && all.length - at <= MAX_HEAD_BYTES) return null
    if (end < 0 || end - at > MAX_HEAD_BYTES)
      throw invalidRequest('the form is malformed: a part has no head')
    const { name, filename } = partHead(all.toString('utf8', at, end))
    this.part = { name, isFile: filename !== null || name === 'file' }
    this.value = ''
    this.skip = LINE_BREAK
    this.state = 'body'
    return end + LINE_BREAK
  }

  private endPart(last: Buffer): void {
    this.take(last)
    if (this.part.isFile) this.sink.fileEnd()
    else this.sink.field(this.part.name, this.value)
  }

  private take(bytes: Buffer): void {
    const own = bytes.subarray(this.skip)
    this.skip -= bytes.length - own.length
    if (own.length === 0) return
    if (this.part.isFile) this.sink.fileBytes(own)
    else if (this.value.length < MAX_FIELD_LENGTH) this.value += own.toString('utf8')
  }

  /** The rest may be the beginning of a boundary, or belongs to a head. */
  private readTo(all: Buffer, at: number): number {
    if (this.state === 'after') return all.length
    if (this.state === 'head') return at
    const safe = Math.max(at, all.length - this.delimiter.length + 1)
    if (this.state === 'body') this.take(all.subarray(at, safe))
    return safe
  }
}
