/** Translates between a client and an upstream of different formats, as if the upstream spoke the client's. */
import type { TokenUsage } from '../../core/token-usage.ts'
import type { Continuation } from '../continuation.ts'
import { parseJson } from '../neutral/fields.ts'
import { EventFold, unfold } from '../neutral/fold.ts'
import type { DialectName, Loss, NeutralRequest } from '../neutral/neutral.ts'
import type {
  ModelRequest,
  ReadReply,
  ReportedError,
  StreamOptions,
  StreamReader,
  UpstreamProtocol,
  WriteOptions,
} from '../protocol.ts'
import { SseEvents } from '../sse-events.ts'
import { tokenUsage } from '../token-usage.ts'
import type { DialectFormat, ReplyContext, WireFormat, WireTarget } from './format.ts'
import { DIALECTS } from './formats.ts'
import { type Remembered, recalled, ThoughtMemory, unsignedCalls } from './thoughts.ts'
import {
  isFiltered,
  type ReplyTranslation,
  type TranslatedRequest,
  translateReply,
  translateRequest,
} from './translate.ts'
import { TranslatedStream } from './translated-stream.ts'

export type CallThoughts = ReadonlyMap<string, Remembered>

/** Keeps what clients can't return, for hours. Neither waits for what it stores, nor fails a request. */
export interface ThoughtStore {
  /** What is known of these calls. */
  recall(callIds: readonly string[]): Promise<CallThoughts>
  remember(found: CallThoughts): void
}

export interface TranslationOptions {
  /** The upstream's own protocol, which knows its errors. */
  upstream: UpstreamProtocol
  target: WireTarget
  requestId: string
  /** Unix seconds. */
  createdAt: number
  usageAsked: boolean
  estimatedInput: number
  continued?: Continuation | undefined
  thoughts: ThoughtStore
}

/** One request to one upstream. `prepare` comes first. */
export class TranslatedProtocol implements UpstreamProtocol {
  losses: readonly Loss[] = []
  private readonly dialect: DialectFormat
  private readonly wire: WireFormat
  private readonly options: TranslationOptions
  private request: NeutralRequest
  private written: TranslatedRequest | null = null

  constructor(
    { dialect, wire }: { dialect: DialectFormat; wire: WireFormat },
    request: ModelRequest,
    options: TranslationOptions,
  ) {
    this.dialect = dialect
    this.wire = wire
    this.options = options
    this.request = dialect.readRequest(request.body, {
      model: request.model,
      stream: request.stream,
    })
  }

  /** Throws `invalid_request` for what the wire can't carry. */
  async prepare(): Promise<void> {
    const { thoughts, target } = this.options
    const ids = unsignedCalls(this.request)
    if (ids.length > 0) this.request = recalled(this.request, await thoughts.recall(ids))
    this.written = translateRequest(this.request, this.wire, target)
    this.losses = this.written.losses
  }

  /** Only Chat Completions is asked for usage by a field, which some upstreams refuse. */
  writeRequest(_request: ModelRequest, { askForUsage }: Pick<WriteOptions, 'askForUsage'>): string {
    const { body } = this.translated()
    if (askForUsage) return JSON.stringify(body)
    const { stream_options: _, ...rest } = body
    return JSON.stringify(rest)
  }

  readReply(text: string): ReadReply {
    const value = parseJson(text)
    if (value === undefined) return { kind: 'unreadable' }
    const error = this.readError(value)
    if (error !== null) return { kind: 'error', error }
    try {
      const { body, response, losses } = translateReply(value, this.translation())
      const memory = new ThoughtMemory()
      for (const part of response.parts) memory.addPart(part)
      this.remember(memory)
      const usage = usageOf(response.usage)
      const filtered = isFiltered(response)
      return { kind: 'answer', usage, body: JSON.stringify(body), filtered, losses }
    } catch (cause) {
      return { kind: 'error', error: { ...UNREADABLE, message: messageOf(cause) } }
    }
  }

  openStream(_request: ModelRequest, options: StreamOptions): StreamReader {
    return new TranslatedStream(this.translation(), options, (memory) => this.remember(memory))
  }

  readError(value: unknown): ReportedError | null {
    return this.options.upstream.readError(value)
  }

  /** A whole reply where a stream was asked for: as a stream in the upstream's own format, to be read like one. */
  streamOfReply(_request: ModelRequest, text: string): string | null {
    const own = ownDialect(this.wire)
    if (own === null) return null
    const writer = own.writeEvents(this.context())
    let events = ''
    try {
      unfold(this.wire.readResponse(parseJson(text), this.options.target), (event) => {
        events += writer.write(event)
      })
    } catch {
      return null
    }
    return events
  }

  replyOfStream(_request: ModelRequest, text: string): string | null {
    const own = ownDialect(this.wire)
    const fold = new EventFold()
    const reader = this.wire.readEvents(this.options.target, (event) => fold.add(event))
    const events = new SseEvents((data) => reader.read(data))
    events.accept(new TextEncoder().encode(text))
    events.finish()
    reader.finish()
    if (own === null || fold.end === null) return null
    return JSON.stringify(own.writeResponse(fold.response(), this.context()))
  }

  readModelList(): null {
    return null
  }

  private remember(memory: ThoughtMemory): void {
    const found = memory.found()
    if (found.size > 0) this.options.thoughts.remember(found)
  }

  private translated(): TranslatedRequest {
    if (this.written === null) throw new Error('the request was not prepared')
    return this.written
  }

  private translation(): ReplyTranslation {
    const { dialect, wire } = this
    const { target } = this.options
    return { dialect, wire, target, restoration: this.translated(), context: this.context() }
  }

  private context(): ReplyContext {
    const { requestId, createdAt, usageAsked, estimatedInput, continued } = this.options
    const { request } = this
    return { request, requestId, createdAt, usageAsked, estimatedInput, continued }
  }
}

const UNREADABLE = { type: 'server_error', code: null, param: null, own: {} }

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

function ownDialect({ name }: WireFormat): DialectFormat | null {
  return Object.hasOwn(DIALECTS, name) ? DIALECTS[name as DialectName] : null
}

function usageOf(usage: Parameters<typeof tokenUsage>[0] | null): TokenUsage | null {
  return usage === null ? null : tokenUsage(usage)
}
