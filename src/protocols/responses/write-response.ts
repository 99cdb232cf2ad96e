/** A whole answer for a client of the Responses API. */

import type { NeutralResponse } from '../neutral/answer.ts'
import { failureOfEnd } from '../neutral/failed-ends.ts'
import type { JsonObject } from '../neutral/neutral.ts'
import type { ReplyContext } from '../translation/format.ts'
import { responseObject, statusOf } from './envelope.ts'
import { failureOf } from './errors.ts'
import { idMaker, itemsOf } from './items.ts'

export function writeResponse(answer: NeutralResponse, context: ReplyContext): JsonObject {
  const newId = idMaker(context.requestId)
  const { model, usage, end } = answer
  const failure = failureOfEnd(end.reason)
  const state =
    failure === undefined
      ? statusOf(end.reason)
      : ({ status: 'failed', error: failureOf(failure) } as const)
  const output = answer.parts.flatMap((part) => itemsOf(part, newId))
  return { ...responseObject(context, { model, usage, output, ...state }) }
}
