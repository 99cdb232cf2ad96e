/** How a stream of Gemini that passed byte for byte goes on. */
import { parsedObject, textIn } from '../neutral/fields.ts'
import type { PassedEvents, Resumed } from '../translation/format.ts'

export function resumedAs({ last }: PassedEvents): Resumed {
  return { answerId: textIn(parsedObject(last), 'responseId') }
}
