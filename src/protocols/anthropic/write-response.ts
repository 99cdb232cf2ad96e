/** Writes an answer as a whole message. */
import type { ContentBlock, Message } from '@anthropic-ai/sdk/resources/messages.js'
import type { NeutralResponse } from '../neutral/answer.ts'
import { argsObject } from '../neutral/fields.ts'
import type { Citation, JsonObject, Part, Signature } from '../neutral/neutral.ts'
import type { ReplyContext } from '../translation/format.ts'
import { signatureText } from '../translation/signatures.ts'
import { writeStopReason } from './stop-reason.ts'
import { writeUsage } from './usage.ts'

type Written = Record<keyof Pick<Message, 'id' | 'type' | 'role' | 'model' | 'content'>, unknown>

export function writeResponse(response: NeutralResponse, context: ReplyContext): JsonObject {
  const { parts, end, usage } = response
  const head: Written = {
    id: messageId(context),
    type: 'message',
    role: 'assistant',
    model: response.model ?? context.request.model,
    content: parts.flatMap(writeAnswerBlocks),
  }
  return {
    ...head,
    stop_reason: writeStopReason(end),
    stop_sequence: end.stopText,
    // Without any usage agents never compact: an estimate is better.
    usage:
      usage === null
        ? { input_tokens: context.estimatedInput, output_tokens: 0 }
        : writeUsage(usage),
  }
}

export function messageId({ requestId }: ReplyContext): string {
  return `msg_${requestId}`
}

function writeAnswerBlocks(part: Part): JsonObject[] {
  const block = writeAnswerBlock(part)
  if (block === null) return []
  const carrier = part.type === 'call' ? signatureBlock(part.signature) : null
  return carrier === null ? [block] : [carrier, block]
}

/** Calls have no slot for a signature here: a thought that is not shown, before the call, carries it. */
export function signatureBlock(signature: Signature | undefined): JsonObject | null {
  return signature === undefined ? null : { type: 'redacted_thinking', data: slotOf(signature) }
}

/** Null: a part that this protocol has no place for, such as another vendor's server tool. */
export function writeAnswerBlock(part: Part): JsonObject | null {
  switch (part.type) {
    case 'text':
      return part.text === '' && part.signature === undefined
        ? null
        : writeText(part.text, part.citations)
    case 'refusal':
      return writeText(part.text, undefined)
    case 'reasoning':
      if (part.redacted) return { type: 'redacted_thinking', data: slotOf(part.signature) }
      return { type: 'thinking', thinking: part.text, signature: slotOf(part.signature) }
    case 'call':
      return { type: 'tool_use', id: part.id, name: part.name, input: argsObject(part.args) }
    case 'vendor':
      return part.wire === 'messages' ? part.raw : null
    default:
      return null
  }
}

function writeText(text: string, citations: readonly Citation[] | undefined): JsonObject {
  if (citations === undefined) return { type: 'text' satisfies ContentBlock['type'], text }
  return { type: 'text', text, citations: citations.map(writeCitation) }
}

export function writeCitation({ url, title, text, raw }: Citation): JsonObject {
  if (typeof raw?.type === 'string' && raw.type.endsWith('_location')) return raw
  return {
    type: 'web_search_result_location',
    url,
    title: title ?? null,
    cited_text: text ?? '',
    encrypted_index: '',
  }
}

/** Clients echo it; without one it is empty, and no vendor will take the thought back. */
export function slotOf(signature: Signature | undefined): string {
  return signature === undefined ? '' : signatureText(signature, 'anthropic')
}
