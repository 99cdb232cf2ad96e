/** The input of a batch is a file of calls, and each can name objects. They are checked while the file is uploaded. */
import type { Caller } from '../../../access/caller.ts'
import { GatewayError } from '../../../core/errors.ts'
import type { HeaderSource } from '../../../core/headers.ts'
import { CallLines } from '../../../passthrough/call-lines.ts'
import { boundaryOf } from '../../../passthrough/form.ts'
import { FormReader } from '../../../passthrough/form-reader.ts'
import type { BodySource } from '../../../upstreams/transport.ts'
import type { Services } from '../../services.ts'
import type { CheckedInput, SourceBody, VendorCall } from '../call.ts'
import { type CheckedFor, type CheckLines, lineCheck } from './line-check.ts'
import { type Piece, watchedPiece } from './pieces.ts'

export interface Watching extends CheckedFor {
  services: Services
  caller: Caller
  /** Of the client's request. */
  headers: HeaderSource
}

/** The call with an upload that ends before another user's object could be used. */
export function watched(call: VendorCall, watching: Watching): VendorCall {
  const { body, route } = call
  if (!route.holdsCalls || body.kind !== 'source') return call
  const check = lineCheck(watching.services, watching.caller, watching)
  const input = route.inPieces
    ? watchedPiece(body, pieceOf(call, watching), check)
    : watchedForm(body, check)
  return { ...call, body: input }
}

function pieceOf({ query }: VendorCall, { services, headers }: Watching): Piece {
  return {
    uploads: services.uploads,
    id: new URLSearchParams(query).get('upload_id'),
    offset: Number(headers.get('x-goog-upload-offset') ?? 0),
    isLast: !/^\s*upload\s*$/i.test(headers.get('x-goog-upload-command') ?? ''),
  }
}

function watchedForm(body: SourceBody, check: CheckLines): SourceBody {
  const input = new UploadedInput(body.type)
  const { source } = body
  const next = async (coming: ReturnType<BodySource['next']>): Promise<Uint8Array | null> => {
    const bytes = await coming
    if (bytes !== null) await input.look(bytes, check)
    return bytes
  }
  return {
    ...body,
    input,
    source: {
      length: source.length,
      next: () => (input.isOver ? source.next() : next(source.next())),
    },
  }
}

/** `batch`, and what compatible vendors made of it (`batch-api`). */
const OF_BATCHES = /\bbatch/i
/** After an optional byte order mark. */
const JSON_START = /^(?:\xEF\xBB\xBF)?\s*\{/
const BLANK = /^(?:\xEF\xBB\xBF)?\s*$/

/** The form of an upload. The purpose may come after the file, so a fault waits for it. */
class UploadedInput implements CheckedInput {
  /** Nothing more has to be looked at: it is not the input of a batch. */
  isOver = false
  private readonly lines = new CallLines()
  private readonly reader: FormReader | null
  private purpose: string | null = null
  private begun = false
  private isWhole = false
  private fault: unknown = null

  constructor(type: string) {
    const boundary = boundaryOf(type)
    this.isOver = boundary === null
    this.reader =
      boundary === null
        ? null
        : new FormReader(boundary, {
            field: (name, value) => this.field(name, value),
            fileBytes: (bytes) => this.fileBytes(bytes),
            fileEnd: () => this.fileEnd(),
          })
  }

  get isChecked(): boolean {
    return this.isWhole && this.fault === null && OF_BATCHES.test(this.purpose ?? '')
  }

  async look(bytes: Uint8Array, check: CheckLines): Promise<void> {
    this.reader?.push(bytes)
    if (this.isOver) return
    try {
      await check(this.lines)
    } catch (error) {
      this.fault ??= error
    }
    if (this.fault !== null && OF_BATCHES.test(this.purpose ?? '')) throw this.fault
  }

  private field(name: string, value: string): void {
    if (name !== 'purpose') return
    // An upstream could take the other one.
    if (this.purpose !== null) this.fault ??= twice()
    this.purpose ??= value
    if (!OF_BATCHES.test(value) && this.fault === null) this.isOver = true
  }

  private fileBytes(bytes: Uint8Array): void {
    if (this.isOver || this.fault !== null) return
    if (!this.begun) {
      const start = Buffer.from(bytes).toString('latin1', 0, 1024)
      this.begun = JSON_START.test(start)
      if (!this.begun && !BLANK.test(start)) this.isOver = true
    }
    this.reading(() => this.lines.push(bytes))
  }

  private fileEnd(): void {
    this.reading(() => this.lines.endLine())
    this.isWhole = this.begun && !this.isOver
  }

  private reading(read: () => void): void {
    try {
      read()
    } catch (error) {
      this.fault ??= error
    }
  }
}

function twice(): GatewayError {
  return new GatewayError('invalid_request', "duplicate form field 'purpose'; send it once")
}
