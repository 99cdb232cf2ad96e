/** Why an answer ended, in Gemini's words and in the neutral ones. */
import type { FinishReason } from '@google/genai'
import type { EndReason } from '../neutral/answer.ts'

type Reason = `${FinishReason}`

/** `OTHER` is what Google gives where it does not say which of its checks ended the answer. */
const FILTERED: ReadonlySet<string> = new Set<Reason | 'MODEL_ARMOR'>([
  'SAFETY',
  'RECITATION',
  'LANGUAGE',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
  'IMAGE_OTHER',
  'OTHER',
  'MODEL_ARMOR',
])
const BAD_CALL: ReadonlySet<string> = new Set<Reason | 'MISSING_THOUGHT_SIGNATURE'>([
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MISSING_THOUGHT_SIGNATURE',
])
/** Vertex can be asked to write its enums as numbers. */
const NUMBERED: readonly Reason[] = [
  'FINISH_REASON_UNSPECIFIED',
  'STOP',
  'MAX_TOKENS',
  'SAFETY',
  'RECITATION',
  'OTHER',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'MALFORMED_FUNCTION_CALL',
]

/** A valid call is kept even if another one is malformed. */
export function readFinishReason(value: unknown, hasCall: boolean): EndReason {
  const reason = typeof value === 'number' ? NUMBERED[value] : String(value)
  if (reason === 'MAX_TOKENS') return 'length'
  if (reason === 'MALFORMED_RESPONSE') return 'broken'
  if (hasCall) return 'call'
  if (reason === 'CONTINUATION') return 'pause'
  if (reason !== undefined && BAD_CALL.has(reason)) return 'bad_call'
  return reason !== undefined && FILTERED.has(reason) ? 'filter' : 'stop'
}

const WRITTEN: Readonly<Record<EndReason, Reason>> = {
  stop: 'STOP',
  stop_text: 'STOP',
  call: 'STOP',
  // The answer goes on if it is asked for: it is not complete.
  pause: 'MAX_TOKENS',
  length: 'MAX_TOKENS',
  filter: 'SAFETY',
  bad_call: 'MALFORMED_FUNCTION_CALL',
  broken: 'OTHER',
}

export function writeFinishReason(reason: EndReason): Reason {
  return WRITTEN[reason]
}
