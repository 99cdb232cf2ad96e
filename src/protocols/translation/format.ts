/** What each format gives: as a dialect four functions towards the client, as a wire four towards the upstream. */

import type { ChatQuirks } from '../../core/providers/chat-quirks.ts'
import type { Continuation } from '../continuation.ts'
import type { NeutralError, NeutralResponse, StreamEvent } from '../neutral/answer.ts'
import type { FieldNames } from '../neutral/field-names.ts'
import type { ModelFacts } from '../neutral/model-facts.ts'
import type { DialectName, JsonObject, Loss, NeutralRequest, WireName } from '../neutral/neutral.ts'
import type { SentAnswer } from '../rescue/sent-answer.ts'
import type { StreamPlace } from '../stream-place.ts'

export interface DialectFormat {
  readonly name: DialectName
  /** Throws `invalid_request` that names the field. `path` holds what the dialect puts into its URL. */
  readRequest(body: JsonObject, path: RequestPath): NeutralRequest
  writeResponse(response: NeutralResponse, context: ReplyContext): JsonObject
  writeEvents(context: ReplyContext): EventWriter
  writeError(error: NeutralError, requestId: string): JsonObject
  /**
   * How a writer of ours goes on with a stream that passed byte for byte; null if it can't. Absent: it needs nothing
   * but the answer's id.
   */
  readonly resumedAs?: (passed: PassedEvents) => Resumed | null
  /** What official clients wait for after a complete stream, if the upstream leaves it out. */
  readonly endMarker?: string
}

/** Only Gemini names its model, and whether it streams, in the path. */
export interface RequestPath {
  model?: string
  stream?: boolean
}

export interface WireFormat {
  readonly name: WireName
  /** How the upstream frames a stream. */
  readonly framing: 'sse' | 'eventstream'
  /** True if the wire takes custom (freeform) tools and namespaces; else translate.ts flattens them first. */
  readonly customTools: boolean
  /** The names that its functions may have; absent: those that all vendors take. */
  readonly toolNames?: RegExp
  /** Throws `invalid_request` for content, a tool, a schema or a forced choice that it cannot carry. */
  writeRequest(request: NeutralRequest, target: WireTarget): WrittenRequest
  /** Throws UnreadableReply for a body that is not the format's. */
  readResponse(body: unknown, target: WireTarget): NeutralResponse
  /** One for each stream. */
  readEvents(target: WireTarget, emit: Emit): EventReader
  readError(status: number, body: unknown): NeutralError
}

/** Where a request goes. */
export interface WireTarget {
  /** The model's name at the upstream. */
  model: string
  facts: ModelFacts
  /** Who makes the signatures there: `anthropic`, `openai`, `google`, or the provider's name. */
  vendor: string
  /** The account that signatures may be bound to: the upstream key's name. */
  account: string
  /** What its Chat Completions do otherwise than OpenAI's. */
  quirks?: ChatQuirks | undefined
}

/** What is needed to write the parts of a turn as content blocks. */
export interface BlockContext {
  target: WireTarget
  /** The conversation's field in the client's words. */
  field: string
  names: FieldNames
  losses: Loss[]
}

export interface WrittenRequest {
  body: JsonObject
  losses: readonly Loss[]
  /** A schema was emulated by forcing this tool: its arguments are the answer's text. */
  outputTool?: string
  /** The output was asked for within an object. */
  unwraps?: boolean
}

export type Emit = (event: StreamEvent) => void

export interface EventReader {
  /** The upstream said why it stopped: the answer is complete, and at most its usage still comes. */
  readonly finished: boolean
  /**
   * One event: its data, and its name where the framing gives one. After an error that follows the reason to stop, it
   * emits `fail`, and `finish` still ends the answer.
   */
  read(data: string, name?: string): void
  /** The vendor's filter ended the answer. */
  readonly filtered?: boolean
  /** The last event could not be parsed. */
  readonly malformed?: boolean
  /** A vendor's own part has begun, such as a search: its events come once it is whole. */
  readonly withholds?: boolean
  /** The upstream's body has ended. Without the format's own end before, it emits `fail`. */
  finish(): void
}

/** Returns text for the client; '' when there is none yet. */
export interface EventWriter {
  write(event: StreamEvent): string
  /** What keeps a silent stream alive. */
  ping(): string
  /** Missing if the dialect does not number its events. */
  readonly place?: StreamPlace | undefined
  /** What was written until now reached the client from elsewhere: go on as `ReplyContext.resumed` says. */
  resume?(): void
  /**
   * The stream broke off: drops the open calls, which it has not yet begun to write, and what waited for them, so
   * that they can be made again.
   * Missing if the dialect sends calls in pieces.
   */
  dropOpenCalls?(): void
  /** What was written so far, if that is kept. */
  readonly sent?: SentStream
  /** Why what was given can't be written. */
  readonly failure?: NeutralError | null
}

/** What a client has of a stream, so that another upstream can go on with it. */
export interface SentStream {
  readonly answer: SentAnswer
  /** Called before another upstream goes on: forgets what was read and not yet sent. */
  broke?(): void
  /** A writer that has written the answer. */
  writer(context: ReplyContext): EventWriter
}

/** Of a stream that passed byte for byte. */
export interface PassedEvents {
  /** Data of the first and of the last event. */
  readonly first: string
  readonly last: string
  /** Data of the events with which parts began. */
  readonly beginnings: readonly string[]
}

/** How a stream that another writer began goes on. */
export interface Resumed {
  /** Null: the upstream gave none. */
  answerId: string | null
  /** Unix seconds; absent: unknown. */
  createdAt?: number
  /** Of the items of a Responses stream, by their place in the output. */
  itemIds?: readonly string[]
  /** The number of a Responses stream's next event. */
  sequence?: number
}

/** What an answer needs in addition to the upstream's reply. */
export interface ReplyContext {
  request: NeutralRequest
  /** Unique; ids in the answer are made of it. */
  requestId: string
  /** Unix seconds. */
  createdAt: number
  /** The client asked for usage in its stream (chat's `stream_options`). */
  usageAsked: boolean
  /** What the request is estimated to hold: shown where a format wants input tokens before the upstream says. */
  estimatedInput: number
  continued?: Continuation | undefined
  /** Of a stream that another writer began; its ids stay. */
  resumed?: Resumed
}

/** A reply that is not in the wire's format: the upstream's fault. */
export class UnreadableReply extends Error {
  override readonly name = 'UnreadableReply'
}
