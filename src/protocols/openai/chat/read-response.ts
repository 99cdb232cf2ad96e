/** Reads a whole chat completion. */

import type { NeutralResponse } from '../../neutral/answer.ts'
import { isObject } from '../../neutral/fields.ts'
import type { CallPart, JsonObject, Part, ReasoningPart } from '../../neutral/neutral.ts'
import { UnreadableReply, type WireTarget } from '../../translation/format.ts'
import { citationsOf, newCallId, piecesOf, thoughtOf } from './answer-content.ts'
import { imagesOf } from './answer-images.ts'
import { readAnswerUsage } from './answer-usage.ts'
import { readFinish } from './finish-reason.ts'

export function readResponse(body: unknown, target: WireTarget): NeutralResponse {
  const choice = isObject(body) && Array.isArray(body.choices) ? body.choices[0] : undefined
  if (!isObject(body) || !isObject(choice) || !isObject(choice.message))
    throw new UnreadableReply('its answer is no chat completion')
  const parts = readMessage(choice.message, target)
  const called = parts.some((part) => part.type === 'call')
  return {
    id: typeof body.id === 'string' ? body.id : null,
    model: typeof body.model === 'string' ? body.model : null,
    parts,
    end: readFinish(choice.finish_reason, called),
    usage: readAnswerUsage(body.usage),
  }
}

function readMessage(message: JsonObject, target: WireTarget): Part[] {
  const parts: Part[] = []
  const pieces = piecesOf(message.content)
  const thought = thoughtOf(message) + pieces.thought
  if (thought !== '') parts.push(unsignedThought(thought, target))
  if (pieces.text !== '') {
    const citations = citationsOf(message.annotations)
    parts.push({ type: 'text', text: pieces.text, ...(citations.length > 0 && { citations }) })
  }
  parts.push(...imagesOf(message))
  if (typeof message.refusal === 'string' && message.refusal !== '')
    parts.push({ type: 'refusal', text: message.refusal })
  if (Array.isArray(message.tool_calls))
    parts.push(...message.tool_calls.filter(isObject).map(readCall))
  return parts
}

/** Chat has no signatures; the mark says whose thought it is, so that it goes back to its maker only. */
export function unsignedThought(text: string, { vendor, account }: WireTarget): ReasoningPart {
  return { type: 'reasoning', text, signature: { vendor, account, payload: '' } }
}

function readCall(call: JsonObject): CallPart {
  const id = typeof call.id === 'string' && call.id !== '' ? call.id : newCallId()
  if (isObject(call.custom)) {
    const { name, input } = call.custom
    return { type: 'call', id, name: String(name ?? ''), args: String(input ?? ''), freeform: true }
  }
  const { name, arguments: args } = isObject(call.function) ? call.function : {}
  return { type: 'call', id, name: String(name ?? ''), args: argsText(args) }
}

/** Some upstreams give an object where the format has text. */
export function argsText(args: unknown): string {
  if (typeof args === 'string') return args.trim() === '' ? '{}' : args
  return isObject(args) ? JSON.stringify(args) : '{}'
}
