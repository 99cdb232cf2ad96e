/** The objects and models that the calls in a file name: the input of a batch, one call as JSON in each line. */
import { invalidRequest } from '../core/errors.ts'
import type { Reference } from './objects.ts'
import { fineTunedIn, MAY_NAME_OBJECTS, referencesIn } from './references.ts'

const LF = 10
/** A line is one call; its images are given by name or address. */
const MAX_LINE_BYTES = 16 * 1024 * 1024

/** Reads a file as it passes, and keeps one line of it at most. */
export class CallLines {
  private pending: Uint8Array[] = []
  private size = 0
  private found: Reference[] = []

  /** The bytes may change after the call. Throws `invalid_request` for what can't be checked. */
  push(bytes: Uint8Array): void {
    let from = 0
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, from)) {
      this.keep(bytes.subarray(from, end))
      this.endLine()
      from = end + 1
    }
    if (from < bytes.length) this.keep(new Uint8Array(bytes.subarray(from)))
  }

  endLine(): void {
    const line = Buffer.concat(this.pending)
    this.pending = []
    this.size = 0
    if (line.length > 0) this.found.push(...namedIn(line))
  }

  /** What was named since the last time. */
  take(): Reference[] {
    const { found } = this
    this.found = []
    return found
  }

  private keep(bytes: Uint8Array): void {
    this.size += bytes.length
    if (this.size > MAX_LINE_BYTES)
      throw invalidRequest(
        `a line of the batch is longer than ${MAX_LINE_BYTES} bytes; upload its files and name them by their ids`,
      )
    this.pending.push(bytes)
  }
}

function namedIn(line: Buffer): readonly Reference[] {
  // Most lines name nothing; parsing each would cost more than the upload.
  if (!MAY_NAME_OBJECTS.test(line.toString('latin1'))) return []
  const call = parsed(line.toString('utf8'))
  try {
    return [...referencesIn(call), ...fineTunedIn(call)]
  } catch (error) {
    if (error instanceof RangeError)
      throw invalidRequest('a line of the batch is nested too deeply')
    throw error
  }
}

/** What is no JSON is no call for the vendor either. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line.replace(/^\uFEFF/, ''))
  } catch {
    return null
  }
}
