/** How a stream of Gemini that passed byte for byte goes on. */
import { parsedObject, textIn } from '../neutral/fields.ts'
import type { PassedEvents, Resumed } from '../translation/format.ts'

/** Each response has the id; other events, e.g. signs of life, may not. */
export function resumedAs({ last, beginnings }: PassedEvents): Resumed {
  // Each once: a single event may begin thousands of parts.
  for (const data of [...new Set([...beginnings, last])].reverse()) {
    const answerId = textIn(parsedObject(data), 'responseId')
    if (answerId !== null) return { answerId }
  }
  return { answerId: null }
}
