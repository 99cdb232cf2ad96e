/** Writes an answer as a whole chat completion. */
import type { ChatCompletion } from 'openai-7/resources/chat/completions.js'
import type { NeutralResponse } from '../../neutral/answer.ts'
import type { CallPart, Citation, JsonObject } from '../../neutral/neutral.ts'
import type { ReplyContext } from '../../translation/format.ts'
import { writeImage } from './answer-images.ts'
import { writeAnswerUsage } from './answer-usage.ts'
import { writeFinish } from './finish-reason.ts'

type Written = Record<
  keyof Pick<ChatCompletion, 'id' | 'object' | 'created' | 'model' | 'choices'>,
  unknown
>

export function writeResponse(response: NeutralResponse, context: ReplyContext): JsonObject {
  const choice = {
    index: 0,
    message: writeMessage(response),
    logprobs: null,
    finish_reason: writeFinish(response.end),
  }
  const written: Written = {
    id: completionId(context),
    object: 'chat.completion',
    created: context.createdAt,
    model: response.model ?? context.request.model,
    choices: [choice],
  }
  return response.usage === null ? written : { ...written, usage: writeAnswerUsage(response.usage) }
}

export function completionId({ requestId, resumed }: ReplyContext): string {
  return resumed?.answerId ?? `chatcmpl-${requestId}`
}

function writeMessage({ parts }: NeutralResponse): JsonObject {
  let text = ''
  let thought = ''
  let refusal = ''
  const calls: JsonObject[] = []
  const annotations: JsonObject[] = []
  const images: JsonObject[] = []
  for (const part of parts) {
    if (part.type === 'text') {
      for (const citation of part.citations ?? [])
        annotations.push(...writeCitation(citation, text.length, part.text.length))
      text += part.text
    } else if (part.type === 'reasoning') thought += part.text
    else if (part.type === 'refusal') refusal += part.text
    else if (part.type === 'call') calls.push(callObject(part))
    else if (part.type === 'media') {
      const image = writeImage(part, images.length)
      if (image !== null) images.push(image)
    }
  }
  return {
    role: 'assistant',
    content: text === '' && calls.length + images.length + refusal.length > 0 ? null : text,
    refusal: refusal === '' ? null : refusal,
    ...(thought !== '' && { reasoning_content: thought }),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(annotations.length > 0 && { annotations }),
    ...(images.length > 0 && { images }),
  }
}

export function callObject({ id, name, args, freeform }: CallPart): JsonObject {
  if (freeform) return { id, type: 'custom', custom: { name, input: args } }
  return { id, type: 'function', function: { name, arguments: args } }
}

/** Only web sources have a form here. Without offsets a source belongs to its whole text. */
export function writeCitation(
  { url, title, start, end }: Citation,
  offset: number,
  length: number,
): JsonObject[] {
  if (url === '') return []
  const cited = {
    url,
    title: title ?? url,
    start_index: offset + (start ?? 0),
    end_index: offset + (end ?? length),
  }
  return [{ type: 'url_citation', url_citation: cited }]
}
