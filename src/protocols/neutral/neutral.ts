/**
 * The neutral form between a client's protocol and an upstream's: ordered, typed parts that belong to no
 * vendor. A dialect (what a client speaks) reads requests into it and writes answers from it; a wire (what
 * an upstream speaks) does the reverse. Same format on both sides never comes here: those bytes pass.
 */

import type { FieldNames } from './field-names.ts'

/** What a client speaks. */
export type DialectName = 'chat' | 'responses' | 'messages' | 'gemini'
/** What an upstream speaks. */
export type WireName = DialectName | 'converse'

export type JsonObject = Readonly<Record<string, unknown>>

export interface NeutralRequest {
  /** The dialect that it was read from. */
  dialect: DialectName
  model: string
  stream: boolean
  turns: readonly Turn[]
  tools: readonly Tool[]
  toolChoice: ToolChoice
  /** Whether one answer may hold several calls; null: the client did not say. */
  parallel: boolean | null
  /** The most tokens to generate; null: the client did not say. */
  maxOutput: number | null
  stop: readonly string[]
  sampling: Sampling
  reasoning: Reasoning
  output: Output
  /** How long the answer's text is to be; null: the client did not say. */
  verbosity: Verbosity | null
  tier: 'auto' | 'default' | 'flex' | 'priority' | null
  /** The client's own name for its end user, as it sent it. */
  user: string | null
  /** A stable key that routes requests with one prefix to one cache (OpenAI's `prompt_cache_key`). */
  cacheKey: string | null
  /**
   * Fields of the dialect's body that nothing above holds, by their names there. The same format gets them
   * back; on any other each is a loss. Fields that do not change the answer (`metadata`, `store: false`) are left out.
   */
  own: JsonObject
  /** What the client calls the fields above. */
  names: FieldNames
  /** Where below the top level the body has fields that nothing here holds: `messages[].name`. Absent: nowhere. */
  unread?: readonly string[]
}

/** Neighbours may have the same role. `system` may stand anywhere; it keeps its place. */
export interface Turn {
  role: 'system' | 'user' | 'model'
  parts: readonly Part[]
}

export type Part =
  | TextPart
  | MediaPart
  | ReasoningPart
  | CallPart
  | ResultPart
  | RefusalPart
  | VendorPart

/** Marks the end of a prefix worth caching. */
export interface CacheMark {
  ttl: '5m' | '1h' | null
}

export interface TextPart {
  type: 'text'
  text: string
  citations?: readonly Citation[]
  cache?: CacheMark
  /** Gemini signs texts too: they stay texts. */
  signature?: Signature
}

export interface MediaPart {
  type: 'media'
  kind: 'image' | 'audio' | 'video' | 'document'
  source: MediaSource
  /** As the client wrote it, e.g. `image/png`; null: unknown. */
  mime: string | null
  /** File name or title. */
  name?: string
  /** OpenAI's image detail. */
  detail?: string
  cache?: CacheMark
  /** What only the dialect that it was read from knows, e.g. that a document is to be cited. */
  own?: JsonObject
}

export type MediaSource =
  /** Base64 without a `data:` prefix. */
  | { type: 'data'; data: string }
  /** http(s), or a vendor's own scheme such as `gs://` or `s3://`. */
  | { type: 'url'; url: string }
  /** An id or URI that only this vendor's files API knows. */
  | { type: 'file'; id: string; vendor: string }
  /** A document given as plain text. */
  | { type: 'text'; text: string }

export interface ReasoningPart {
  type: 'reasoning'
  /** Empty when the vendor shows nothing of the thought; such a part is kept for its signature. */
  text: string
  signature?: Signature
  /** The whole thought is only in the signature (Anthropic's `redacted_thinking`). */
  redacted?: boolean
  /** The item's id at OpenAI (`rs_…`). */
  id?: string
}

/** Bytes that only their maker reads, and that must return to it unchanged on the same part. */
export interface Signature {
  /** Who made it: `anthropic`, `openai`, `google`, or the provider's name for others that speak their formats. */
  vendor: string
  /** The upstream account that it is bound to; null: unknown (it came raw from a client). */
  account: string | null
  payload: string
}

export interface CallPart {
  type: 'call'
  /** As the model gave it; a wire that takes fewer characters maps it on writing. */
  id: string
  name: string
  /** OpenAI's tool namespaces. */
  namespace?: string
  /** Raw text: JSON, or what a freeform (custom) tool takes. */
  args: string
  freeform?: boolean
  signature?: Signature
  cache?: CacheMark
  /** The item's id at OpenAI (`fc_…`, `ctc_…`). */
  itemId?: string
}

export interface ResultPart {
  type: 'result'
  callId: string
  /** The tool's name where the dialect gives it; else look the call up. */
  name?: string
  parts: readonly Part[]
  error: boolean
  freeform?: boolean
  cache?: CacheMark
}

export interface RefusalPart {
  type: 'refusal'
  text: string
}

/** A server tool's call or result, or another item that only its own wire understands. */
export interface VendorPart {
  type: 'vendor'
  wire: WireName
  raw: JsonObject
  /** The same in parts that every wire takes, if its content can be said so. */
  plain?: readonly Part[]
}

/** A web source of a text. Offsets count UTF-16 units of the part's text; `text` is what is cited. */
export interface Citation {
  url: string
  title?: string
  start?: number
  end?: number
  text?: string
  /** The vendor's own object, for its own wire. */
  raw?: JsonObject
}

export type Tool = FunctionTool | CustomTool | VendorTool

export interface FunctionTool {
  type: 'function'
  name: string
  namespace?: string
  description?: string
  /** JSON Schema of the arguments; null: it takes none. */
  schema: JsonObject | null
  /** Only where the client set it. */
  strict?: boolean
  cache?: CacheMark
  /** What only the dialect that it was read from knows, e.g. `defer_loading`. */
  own?: JsonObject
}

/** OpenAI's custom tools: the argument is free text, perhaps held to a grammar. */
export interface CustomTool {
  type: 'custom'
  name: string
  namespace?: string
  description?: string
  grammar?: { syntax: string; definition: string }
}

/** A tool that the vendor runs itself, or defines the form of. */
export interface VendorTool {
  type: 'vendor'
  wire: WireName
  /** As the vendor names it, e.g. `web_search_20250305`. */
  name: string
  raw: JsonObject
}

export interface ToolName {
  name: string
  namespace?: string
}

export type ToolChoice =
  | { type: 'auto' | 'none' | 'required' }
  | ({ type: 'tool' } & ToolName)
  /** Only these may be called; `required`: one of them must be. */
  | { type: 'allowed'; required: boolean; tools: readonly ToolName[] }

/** Absent fields: the client did not say. */
export interface Sampling {
  temperature?: number
  topP?: number
  topK?: number
  seed?: number
  frequencyPenalty?: number
  presencePenalty?: number
}

export type Verbosity = 'low' | 'medium' | 'high'

export type Effort = 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'

export interface Reasoning {
  /** `unset`: the client did not say. `auto`: the model decides how long. `on`: asked for. */
  mode: 'unset' | 'off' | 'auto' | 'on'
  effort?: Effort
  /** Tokens. */
  budget?: number
  /** Whether the thought's text (or summary) is to be shown; absent: the dialect's default. */
  show?: boolean
}

export type Output =
  | { type: 'text' }
  | { type: 'json' }
  | {
      type: 'schema'
      schema: JsonObject
      name?: string
      description?: string
      strict?: boolean
      /** A text is wanted as it is, not as JSON: Gemini's `text/x.enum`. */
      bare?: boolean
    }

/** Something of the request that the wire does not get as it was meant. */
export interface Loss {
  /** The field in the client's own words, e.g. `generationConfig.topK`. */
  field: string
  how: 'dropped' | 'clamped' | 'emulated'
  why: string
}
