/** A whole answer from an upstream of the Responses API. */

import type { EndReason, NeutralResponse } from '../neutral/answer.ts'
import { isObject } from '../neutral/fields.ts'
import type { CallPart, JsonObject, Part } from '../neutral/neutral.ts'
import { argsText } from '../openai/chat/read-response.ts'
import { UnreadableReply, type WireTarget } from '../translation/format.ts'
import { citationsOf } from './read-content.ts'
import { readReasoning } from './read-items.ts'
import { usageOf } from './usage.ts'

export function readResponse(body: unknown, target: WireTarget): NeutralResponse {
  if (!isObject(body) || !Array.isArray(body.output))
    throw new UnreadableReply("the reply has no list 'output'")
  const parts = body.output.filter(isObject).flatMap((item) => partsOf(item, target))
  return {
    id: textOr(body.id, null),
    model: textOr(body.model, null),
    parts,
    end: { reason: endReason(body, parts.some(isCall)), stopText: null },
    usage: usageOf(body),
  }
}

export function isCall(part: Part): part is CallPart {
  return part.type === 'call'
}

/** Why a finished response ended, from its status. */
export function endReason(response: JsonObject, hasCall: boolean): EndReason {
  if (response.status === 'incomplete') {
    const details = isObject(response.incomplete_details) ? response.incomplete_details : {}
    return details.reason === 'content_filter' ? 'filter' : 'length'
  }
  if (response.status === 'failed' || response.status === 'cancelled') return 'broken'
  return hasCall ? 'call' : 'stop'
}

export function partsOf(item: JsonObject, target: WireTarget): Part[] {
  switch (item.type) {
    case 'message':
      return contentOf(item).flatMap(contentPart)
    case 'reasoning':
      return [reasoningOf(item, target)]
    case 'function_call':
    case 'custom_tool_call':
      return [callOf(item)]
    case 'image_generation_call':
      return imageOf(item)
    default:
      return [{ type: 'vendor', wire: 'responses', raw: item }]
  }
}

export function contentOf(item: JsonObject): JsonObject[] {
  return Array.isArray(item.content) ? item.content.filter(isObject) : []
}

function contentPart(content: JsonObject): Part[] {
  if (content.type === 'refusal') return [{ type: 'refusal', text: textOr(content.refusal, '') }]
  if (content.type !== 'output_text') return []
  return [{ type: 'text', text: textOr(content.text, ''), ...citationsOf(content.annotations) }]
}

/** The signature is this upstream's, in whatever field it came. */
export function reasoningOf(item: JsonObject, { vendor, account }: WireTarget): Part {
  const { signature, ...thought } = readReasoning(item)
  return signature === undefined
    ? thought
    : { ...thought, signature: { ...signature, vendor, account } }
}

export function callOf(item: JsonObject): CallPart {
  const freeform = item.type === 'custom_tool_call'
  const { namespace, id } = item
  return {
    type: 'call',
    id: textOr(item.call_id, textOr(id, '')),
    name: textOr(item.name, ''),
    args: freeform ? textOr(item.input, '') : argsText(item.arguments),
    ...(freeform && { freeform }),
    ...(typeof namespace === 'string' && { namespace }),
    ...(typeof id === 'string' && { itemId: id }),
  }
}

function imageOf({ result, output_format: format }: JsonObject): Part[] {
  if (typeof result !== 'string') return []
  const mime = `image/${typeof format === 'string' ? format : 'png'}`
  return [{ type: 'media', kind: 'image', source: { type: 'data', data: result }, mime }]
}

export function textOr<Fallback>(value: unknown, fallback: Fallback): string | Fallback {
  return typeof value === 'string' ? value : fallback
}
