/** A whole answer for a client of the Responses API. */

import type { NeutralResponse } from '../neutral/answer.ts'
import type { JsonObject } from '../neutral/neutral.ts'
import type { ReplyContext } from '../translation/format.ts'
import { responseObject, statusOf } from './envelope.ts'
import { failureOf } from './errors.ts'
import { idMaker, itemsOf } from './items.ts'
import { BAD_CALL } from './write-events.ts'

export function writeResponse(answer: NeutralResponse, context: ReplyContext): JsonObject {
  const newId = idMaker(context.requestId)
  const { model, usage, end } = answer
  const state =
    end.reason === 'bad_call'
      ? ({ status: 'failed', error: failureOf(BAD_CALL) } as const)
      : statusOf(end.reason)
  const output = answer.parts.flatMap((part) => itemsOf(part, newId))
  return { ...responseObject(context, { model, usage, output, ...state }) }
}
