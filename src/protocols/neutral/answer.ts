/** The neutral form of answers: whole, as a stream, or failed. */
import type { Units } from '../../core/units/unit-kinds.ts'
import type {
  CallPart,
  Citation,
  MediaPart,
  Part,
  ReasoningPart,
  RefusalPart,
  Signature,
  TextPart,
  VendorPart,
} from './neutral.ts'

/** Tokens. `input` holds what was read from and written to the cache; `output` holds reasoning. */
export interface Usage {
  input: number
  output: number
  cacheRead: number
  cacheWrite5m: number
  cacheWrite1h: number
  reasoning: number
  audioInput: number
  audioOutput: number
  /** What the vendor's own tools took: searches of the web, for example. Absent if they took nothing. */
  units?: Units | undefined
}

export type EndReason =
  | 'stop'
  | 'stop_text'
  | 'length'
  | 'call'
  | 'filter'
  | 'pause'
  /** The model's call could not be read. */
  | 'bad_call'
  /** The upstream gave up in the middle of the answer. */
  | 'broken'

export interface End {
  reason: EndReason
  /** The stop sequence that was hit, where the upstream says. */
  stopText: string | null
}

export interface NeutralResponse {
  /** The upstream's own id of the answer; null: it gave none. */
  id: string | null
  /** The name that the upstream gives its model. */
  model: string | null
  parts: readonly Part[]
  end: End
  /** Null: the upstream reported none. */
  usage: Usage | null
}

/** Why an upstream failed, as all formats can say it. */
export interface NeutralError {
  kind: ErrorKind
  message: string
  /** The upstream's own code. */
  code: string | null
  /** The field that it blames, in the upstream's words. */
  param: string | null
}

export type ErrorKind =
  | 'invalid'
  /** The prompt is longer than the model takes: agents compact on it. */
  | 'context'
  | 'auth'
  | 'denied'
  | 'missing'
  | 'large'
  | 'rate'
  | 'quota'
  | 'filter'
  | 'broken'
  | 'overloaded'
  | 'timeout'

/**
 * A stream, piece by piece. `index` names a part from its `open` to its `close`; it is never used again. Several
 * parts may be open at a time. Readers keep these promises: each part is opened once, deltas come between open and
 * close, every part is closed before `end`, and the last event is one `end` or one `fail`: a reader holds `end` back until the
 * usage is in. `usage` is cumulative, comes any number of times, and the last one holds; `running` marks one that the
 * upstream reported before the answer was complete.
 * A call's arguments are complete at its `close`; a call without any has `{}`.
 */
export type StreamEvent =
  | { type: 'start'; id: string | null; model: string | null }
  | { type: 'open'; index: number; part: OpenPart }
  /** More of a text, thought, refusal, or of a call's arguments. */
  | { type: 'delta'; index: number; text: string }
  | { type: 'cite'; index: number; citation: Citation }
  | { type: 'close'; index: number; signature?: Signature }
  | { type: 'usage'; usage: Usage; running?: boolean }
  | { type: 'end'; reason: EndReason; stopText: string | null }
  | { type: 'fail'; error: NeutralError }

/** A part whose text (or arguments) deltas carry; what is in it already came first. Media and vendor parts are whole. */
export type OpenPart = TextPart | ReasoningPart | CallPart | RefusalPart | MediaPart | VendorPart
