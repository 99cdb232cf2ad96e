/** A whole answer for a client of Gemini. */

import type { NeutralResponse } from '../neutral/answer.ts'
import type { JsonObject } from '../neutral/neutral.ts'
import type { ReplyContext } from '../translation/format.ts'
import { groundingOf } from './grounding.ts'
import { candidate, response, writtenPart } from './write-output.ts'

export function writeResponse(answer: NeutralResponse, context: ReplyContext): JsonObject {
  const { request, requestId } = context
  const parts = answer.parts.flatMap((part) => writtenPart(part) ?? [])
  const cited = answer.parts.find((part) => part.type === 'text' && part.citations !== undefined)
  const grounding =
    cited?.type === 'text'
      ? { groundingMetadata: groundingOf(cited.citations ?? [], cited.text) }
      : {}
  const envelope = { model: answer.model ?? request.model, responseId: requestId }
  return {
    ...response(envelope, { ...candidate(parts, answer.end.reason), ...grounding }, answer.usage),
  }
}
