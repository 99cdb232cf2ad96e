/**
 * The input of a batch is a file of calls, and each can name objects. They are checked while the file is uploaded;
 * one that was put together from parts, or uploaded before, is read again when a batch is made of it.
 */
import type { Caller } from '../../access/caller.ts'
import { GatewayError } from '../../core/errors.ts'
import { CallLines } from '../../passthrough/call-lines.ts'
import { boundaryOf } from '../../passthrough/form.ts'
import { FormReader } from '../../passthrough/form-reader.ts'
import type { Reference, VendorObject } from '../../passthrough/objects.ts'
import type { BodySource } from '../../upstreams/transport.ts'
import { isSuccess } from '../attempt/upstream-error.ts'
import { othersModels } from '../models/trained-models.ts'
import type { Services } from '../services.ts'
import { askUpstream } from './ask-upstream.ts'
import type { CheckedInput, VendorBody, VendorCall } from './call.ts'
import { CHECKED_INPUT } from './own.ts'
import { ownedBy } from './ownership.ts'

const SILENCE_MS = 30_000

/** Throws if what the lines name since the last call is another user's. */
type CheckLines = (lines: CallLines) => Promise<void>

function checkFor(services: Services, caller: Caller): CheckLines {
  return async (lines) => {
    const named = lines.take()
    if (named.length === 0) return
    const [models, objects] = [named.filter(isModel), named.filter((one) => !isModel(one))]
    await ownedBy(services, caller, objects)
    const [other] = await othersModels(
      services,
      caller,
      models.map(({ id }) => id),
    )
    if (other !== undefined)
      throw new GatewayError('model_not_found', `gateway: there is no model '${other}'.`, {
        param: 'model',
      })
  }
}

const isModel = ({ kind }: Reference) => kind === 'model'

/** The call with an upload that ends before another user's object could be used. */
export function watched(services: Services, caller: Caller, call: VendorCall): VendorCall {
  const { body, route } = call
  if (!route.holdsCalls || body.kind !== 'source') return call
  return { ...call, body: watchedBody(body, checkFor(services, caller)) }
}

type SourceBody = Extract<VendorBody, { kind: 'source' }>

function watchedBody(body: SourceBody, check: CheckLines): SourceBody {
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

/** Reads the files of a batch that were not checked when they were uploaded. Throws if they name others' objects. */
export async function checkInputs(
  services: Services,
  caller: Caller,
  own: readonly VendorObject[],
): Promise<void> {
  for (const file of own.filter(({ kind }) => kind === 'file')) {
    const marks = await services.objects.find(CHECKED_INPUT, [file.id])
    if (marks.some(({ upstreamKeyId }) => upstreamKeyId === file.upstreamKeyId)) continue
    await checkStored(services, file, checkFor(services, caller))
    await services.objects.remember([{ ...file, kind: CHECKED_INPUT }])
  }
}

async function checkStored(services: Services, file: VendorObject, check: CheckLines) {
  const upstream = services.directory
    .allUpstreams()
    .find(({ key }) => key.id === file.upstreamKeyId)
  if (upstream === undefined) return
  const lines = new CallLines()
  const status = await askUpstream(services, {
    upstream,
    place: { api: 'openai', path: `files/${encodeURIComponent(file.id)}/content` },
    silenceMs: SILENCE_MS,
    async read(reply) {
      if (!isSuccess(reply.status)) return reply.status
      for (let bytes = await reply.next(); bytes !== null; bytes = await reply.next()) {
        lines.push(bytes)
        await check(lines)
      }
      lines.endLine()
      await check(lines)
      return reply.status
    },
  }).catch((error) => {
    if (error instanceof GatewayError) throw error
    return String(error)
  })
  if (!isSuccess(Number(status))) throw unreadable(services, file, status)
}

function unreadable({ logger }: Services, { id }: VendorObject, status: unknown): GatewayError {
  logger.warn({ file: id, status: String(status) }, 'input of a batch not readable')
  return new GatewayError(
    'upstream_error',
    `gateway: the input ${id} could not be read at its upstream, so the batch was not made. Try again, or upload the file with POST /v1/files and the purpose 'batch'.`,
  )
}
