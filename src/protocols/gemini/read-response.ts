/** A whole answer of Gemini: read as a stream of one event, so that both always say the same. */

import type { NeutralResponse } from '../neutral/answer.ts'
import { isObject } from '../neutral/fields.ts'
import { EventFold } from '../neutral/fold.ts'
import { UnreadableReply, type WireTarget } from '../translation/format.ts'
import { GeminiReader } from './read-events.ts'

export function readResponse(body: unknown, target: WireTarget): NeutralResponse {
  if (!isObject(body) || (body.candidates === undefined && body.promptFeedback === undefined))
    throw new UnreadableReply("the reply has no list 'candidates'")
  const fold = new EventFold()
  const reader = new GeminiReader(target, (event) => fold.add(event))
  reader.readChunk(body)
  reader.finish()
  return fold.response()
}
