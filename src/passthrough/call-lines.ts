/** The objects and models that the calls in a file name: the input of a batch, one call as JSON in each line. */
import { invalidRequest } from '../core/errors.ts'
import type { Reference } from './objects.ts'
import {
  fineTunedIn,
  fineTunedModel,
  MAY_NAME_OBJECTS,
  modelsIn,
  referencesIn,
} from './references.ts'

const LF = 10
/** A line is one call; its images are given by name or address. */
const MAX_LINE_BYTES = 16 * 1024 * 1024

/** Reads a file as it passes, and keeps one line of it at most. */
export class CallLines {
  /** A line that can name something is not JSON, so what a vendor makes of it is unknown. */
  isUnclear = false
  private readonly format: LineFormat
  private pending: Uint8Array[] = []
  private size = 0
  private found: Reference[] = []

  constructor(format: LineFormat = OPENAI_LINES) {
    this.format = format
  }

  /** Of the line that has not ended. */
  get pendingBytes(): number {
    return this.size
  }

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
    if (line.length === 0) return
    const named = namedInLine(line, this.format)
    if (named === null) this.isUnclear = true
    else this.found.push(...named)
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

export interface LineFormat {
  /** Whether a line can name something: most name nothing, and parsing each would cost more than the upload. */
  mayName: RegExp
  namedIn(line: unknown): readonly Reference[]
}

export const OPENAI_LINES: LineFormat = {
  mayName: MAY_NAME_OBJECTS,
  namedIn: (line) => [...referencesIn(line), ...fineTunedIn(line)],
}

/** `{"key": …, "request": …}`; each model that a request names is a reference of the kind `model`. */
export const GEMINI_LINES: LineFormat = {
  mayName: new RegExp(`${MAY_NAME_OBJECTS.source}|"model"`),
  namedIn(line) {
    const { request } = (line ?? {}) as { request?: unknown }
    const models = modelsIn(request).map(
      (id) => fineTunedModel(id) ?? { kind: 'model', id: id.replace(/^models\//, '') },
    )
    return [...referencesIn(request), ...models]
  },
}

/** Null if the line can name something and is not JSON. */
function namedInLine(line: Buffer, { mayName, namedIn }: LineFormat): readonly Reference[] | null {
  if (!mayName.test(line.toString('latin1'))) return []
  const call = parsed(line.toString('utf8'))
  if (call === undefined) return null
  try {
    return namedIn(call)
  } catch (error) {
    if (error instanceof RangeError)
      throw invalidRequest('a line of the batch is nested too deeply')
    throw error
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}
