/** How a stream of Gemini that passed byte for byte goes on. */
import { parsedObject, textIn } from '../neutral/fields.ts'
import type { PassedEvents, Resumed } from '../translation/format.ts'

/** Each response has the id; other events, e.g. signs of life, may not. */
export function resumedAs({ last, beginnings }: PassedEvents): Resumed {
  const ids = [...beginnings, last].map((data) => textIn(parsedObject(data), 'responseId'))
  return { answerId: ids.findLast((id) => id !== null) ?? null }
}
