/** A whole answer of Bedrock Converse, read as the stream that it would have been. */

import type { NeutralResponse } from '../neutral/answer.ts'
import { isObject } from '../neutral/fields.ts'
import { EventFold } from '../neutral/fold.ts'
import type { JsonObject } from '../neutral/neutral.ts'
import { UnreadableReply, type WireTarget } from '../translation/format.ts'
import { ConverseReader } from './read-events.ts'

export function readResponse(body: unknown, target: WireTarget): NeutralResponse {
  const output = isObject(body) ? body.output : undefined
  const message = isObject(output) ? output.message : undefined
  if (!isObject(body) || !isObject(message) || !Array.isArray(message.content))
    throw new UnreadableReply("the reply has no 'output.message.content'")
  const fold = new EventFold()
  const reader = new ConverseReader(target, (event) => fold.add(event))
  reader.readEvent('messageStart', { role: 'assistant' })
  for (const [at, block] of message.content.entries())
    if (isObject(block)) readBlock(block, at, reader)
  const { stopReason, additionalModelResponseFields, usage } = body
  reader.readEvent('messageStop', { stopReason, additionalModelResponseFields })
  reader.readEvent('metadata', { usage })
  return fold.response()
}

function readBlock(block: JsonObject, at: number, reader: ConverseReader): void {
  const contentBlockIndex = at
  for (const delta of deltasOf(block, at, reader))
    reader.readEvent('contentBlockDelta', { contentBlockIndex, delta })
  reader.readEvent('contentBlockStop', { contentBlockIndex })
}

function deltasOf(
  block: JsonObject,
  contentBlockIndex: number,
  reader: ConverseReader,
): JsonObject[] {
  const { toolUse, reasoningContent, citationsContent, text, image } = block
  if (isObject(toolUse)) {
    reader.readEvent('contentBlockStart', { contentBlockIndex, start: { toolUse } })
    return [{ toolUse: { input: JSON.stringify(toolUse.input ?? {}) } }]
  }
  if (isObject(reasoningContent)) {
    const { reasoningText } = reasoningContent
    return [{ reasoningContent: isObject(reasoningText) ? reasoningText : reasoningContent }]
  }
  if (isObject(citationsContent)) {
    const { content, citations } = citationsContent
    const texts = Array.isArray(content) ? content.filter(isObject) : []
    const sources = Array.isArray(citations) ? citations.filter(isObject) : []
    return [
      ...texts.map((each) => ({ text: each.text })),
      ...sources.map((citation) => ({ citation })),
    ]
  }
  if (isObject(image)) return [{ image }]
  return typeof text === 'string' ? [{ text }] : []
}
