/**
 * A stream that passed byte for byte has no writer of its own. To go on with it, one is made that has written the same
 * answer, and that uses the upstream's ids.
 */
import { isObject, parseJson } from '../neutral/fields.ts'
import type { JsonObject } from '../neutral/neutral.ts'
import type { DialectFormat, Resumed, SentStream } from '../translation/format.ts'
import { SentAnswer } from './sent-answer.ts'

/** What a passed stream keeps of itself. */
export class PassedAnswer {
  readonly answer = new SentAnswer()
  /** Data of the first and of the last event that passed. */
  first = ''
  last = ''
  /** Data of the events with which parts began. */
  readonly beginnings: string[] = []

  passed(data: string): void {
    if (this.first === '') this.first = data
    this.last = data
  }
}

export function resumedStream(dialect: DialectFormat, passed: PassedAnswer): SentStream | null {
  const resumed = resumedAs(dialect, passed)
  return resumed === null ? null : resuming(dialect, passed.answer, resumed)
}

export function resuming(dialect: DialectFormat, answer: SentAnswer, resumed: Resumed): SentStream {
  return {
    answer,
    writer(context) {
      const { createdAt = context.createdAt } = resumed
      const writer = dialect.writeEvents({ ...context, createdAt, resumed })
      // The client has all of it.
      answer.replay((event) => writer.write(event))
      writer.resume?.()
      return writer
    },
  }
}

function resumedAs({ name }: DialectFormat, passed: PassedAnswer): Resumed | null {
  switch (name) {
    case 'gemini':
      return { answerId: textIn(parsed(passed.last), 'responseId') }
    case 'responses':
      return resumedResponse(passed)
    default:
      return { answerId: passed.answer.id }
  }
}

/** Null if its items are not as our own writer would number them. */
function resumedResponse({ first, last, beginnings }: PassedAnswer): Resumed | null {
  const { response } = parsed(first)
  const { sequence_number: sequence } = parsed(last)
  if (!isObject(response) || typeof response.id !== 'string') return null
  const itemIds: string[] = []
  for (const [at, data] of beginnings.entries()) {
    const event = parsed(data)
    const id = textIn(event, 'item_id') ?? (isObject(event.item) ? textIn(event.item, 'id') : null)
    if (id === null || event.output_index !== at || (event.content_index ?? 0) !== 0) return null
    itemIds.push(id)
  }
  const created = response.created_at
  return {
    answerId: response.id,
    ...(typeof created === 'number' && { createdAt: created }),
    itemIds,
    sequence: typeof sequence === 'number' ? sequence + 1 : 0,
  }
}

function parsed(data: string): JsonObject {
  const value = parseJson(data)
  return isObject(value) ? value : {}
}

function textIn(object: JsonObject, name: string): string | null {
  const value = object[name]
  return typeof value === 'string' ? value : null
}
