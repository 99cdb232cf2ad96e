/**
 * The seam between the pipeline and a vendor's wire format. A protocol reads and writes requests,
 * replies, streams, usage and errors; all of its functions are pure. Nothing outside of a protocol's
 * folder knows one of its fields.
 */
import type { ErrorReport } from '../core/errors.ts'
import type { TokenUsage } from '../core/token-usage.ts'
import type { Continuation } from './continuation.ts'
import type { Loss } from './neutral/neutral.ts'
import type { StreamPlace } from './stream-place.ts'
import type { SentStream } from './translation/format.ts'

/** Adding one is a compile error wherever a decision about it is needed. */
export type ProtocolName = 'openai' | 'anthropic' | 'responses' | 'gemini' | 'converse'

/** What a client can ask a model for; each belongs to one protocol (`protocols/index.ts`). */
export type ModelEndpoint =
  | 'chat/completions'
  | 'completions'
  | 'embeddings'
  | 'models'
  | 'messages'
  | 'messages/count_tokens'
  | 'responses'
  | 'responses/input_tokens'
  | 'generateContent'
  | 'countTokens'
  | 'embedContent'
  | 'batchEmbedContents'
  | 'converse'

export type Endpoint = ModelEndpoint | VendorEndpoint

declare const vendor: unique symbol
/** A row of the table of vendor routes: nothing is known of it but what the row says. */
export type VendorEndpoint = string & { readonly [vendor]: true }

/** What the gateway decides on; every other field stays in `text` and `body`, for the protocol to read. */
export interface ModelRequest {
  readonly protocol: ProtocolName
  readonly endpoint: Endpoint
  readonly method: 'POST' | 'GET' | 'PUT' | 'PATCH' | 'DELETE'
  /** The model as the client names it. */
  readonly model: string
  readonly stream: boolean
  /** The body exactly as it came; null for GET. */
  readonly text: string | null
  readonly body: Readonly<Record<string, unknown>>
  /** Absent if the gateway keeps no responses. */
  readonly continued?: Continuation
}

/** What needs no counting in a prompt: token numbers, and media by their usual size. */
export interface Found {
  tokens: number
}

/** Takes each text; the caller supplies both arguments, so that a request costs no closure. */
export type AddText<F extends Found> = (text: string, found: F) => void

/** An error as an upstream reported it, whatever its shape there. Nothing of it is redacted. */
export interface ReportedError {
  message: string | null
  type: string | null
  /** Machine-readable; a number is written as text. */
  code: string | null
  param: string | null
  /** The object that held it, for readers of further fields. */
  own: Readonly<Record<string, unknown>>
}

export interface WriteOptions {
  /** The name that the model has at the upstream. */
  model: string
  /** Ask for usage in a stream although the client did not. */
  askForUsage: boolean
}

export interface StreamOptions {
  /** Whether the gateway asked for the usage: then what holds nothing else is hidden from the client. */
  hideUsage: boolean
  /** The key in use, in its forms. An event that echoes it must not reach the client. */
  secretForms: readonly string[]
  /** Whether to keep what the client has of the answer, so that another upstream can go on with it. */
  keeps?: boolean
}

/** What a whole reply with a status of success turned out to be. */
export type ReadReply =
  /**
   * `body`: what the client gets instead of the reply itself; `filtered`: the vendor's filter left nothing of it;
   * `isOther`: it has nothing of a model's answer, which is right for a count of tokens or an embedding alone;
   * `losses`: what the client's format has no place for.
   */
  | {
      kind: 'answer'
      usage: TokenUsage | null
      body?: string
      filtered?: boolean
      isOther?: boolean
      losses?: readonly Loss[]
    }
  | { kind: 'error'; error: ReportedError }
  | { kind: 'unreadable' }

/** Reads a stream on its way to the client. What it is given in pieces it gives back in whole events. */
export interface StreamReader {
  /** The last plausible usage seen. */
  readonly usage: TokenUsage | null
  /** That usage was reported before the answer was complete: more may have been generated since. */
  readonly usageIsPartial: boolean
  /** An error event; neither it nor anything after it is given back. */
  readonly error: ReportedError | null
  /** An event of the answer was seen, though maybe nothing that a client shows. */
  readonly started: boolean
  /** A text, thought, call or other part of the answer began: another upstream can no longer take over unnoticed. */
  readonly visible: boolean
  /** The format's own end was seen. */
  readonly done: boolean
  /** All that was asked for has its finish reason. It only decides how the end of the body is judged. */
  readonly finished: boolean
  /** The vendor's filter ended the answer. */
  readonly filtered?: boolean
  /** An event is larger than any should be; it is not waited for. */
  readonly oversized: boolean
  /** Events withheld because they held the key. */
  readonly dropped: number
  /** What the client's format has no place for, until now. */
  readonly losses?: readonly Loss[]
  /** The text generated so far, for counting if no usage comes. */
  readonly text: string
  /** Missing or null if events have no numbers. */
  readonly place?: StreamPlace | null
  /** Whole events to send on; null if none is complete. */
  accept(chunk: Uint8Array): Uint8Array | null
  /** The body has ended: what is left to send on, and whether the stream is complete. */
  finish(): { bytes: Uint8Array | null; end: 'complete' | 'cut' }
  /** What the client has of the answer; null if it was not kept, or can't be continued. */
  sent?(): SentStream | null
}

export interface ModelEntry {
  id: string
  [further: string]: unknown
}

/** The side that clients speak to. */
export interface ClientProtocol {
  /** Reads a request body, or the model's name for `models`. Throws `invalid_request` naming the field. */
  readRequest(endpoint: Endpoint, text: string): ModelRequest
  /** Everything in a request that its model reads and its upstream bills. */
  findPrompt<F extends Found>(request: ModelRequest, found: F, add: AddText<F>): void
  /** The most tokens that may be generated; 0 if the request sets no limit. */
  maxOutputTokens(request: ModelRequest): number
  /** Whether the client itself asked for usage in its stream. */
  asksForUsage(request: ModelRequest): boolean
  /** The body of an error response. */
  writeError(error: ErrorReport, requestId: string): string
  /** The event that ends a stream which broke off; nothing follows it. */
  writeErrorEvent(error: ErrorReport, requestId: string, place?: StreamPlace | null): string
  /** Its official clients accept nothing but events in a stream; absent: they skip comments, as SSE asks. */
  readonly refusesComments?: true
  /** Headers of a request that an upstream of this protocol gets too; all others are the gateway's own. */
  readonly forwardedHeaders: readonly string[]
  /** The status that the protocol has for one of the gateway's. */
  errorStatus(status: number): number
}

/** The side that upstreams speak. */
export interface UpstreamProtocol {
  /** The request's body for an upstream; null for GET. */
  writeRequest(request: ModelRequest, options: WriteOptions): string | null
  readReply(text: string): ReadReply
  openStream(request: ModelRequest, options: StreamOptions): StreamReader
  /** The error in a parsed body or event, in any of the shapes upstreams use; null if there is none. */
  readError(value: unknown): ReportedError | null
  /** A whole reply as the stream that the client waits for; null if it is no answer. */
  streamOfReply(request: ModelRequest, text: string): string | null
  /** A stream's text as the whole reply that the client waits for; null if it is no complete answer. */
  replyOfStream(request: ModelRequest, text: string): string | null
  /** The models in a parsed list, in any of the common forms; null if it is no list. */
  readModelList(value: unknown): ModelEntry[] | null
}

export interface Protocol extends ClientProtocol, UpstreamProtocol {
  readonly name: ProtocolName
}
