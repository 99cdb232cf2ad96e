/**
 * An error in a stream that is not in the stream's own form: what is in front of an upstream (a proxy, another
 * gateway) and what serves many formats report errors in one form, mostly OpenAI's.
 */
import type { NeutralError } from './neutral/answer.ts'
import type { JsonObject } from './neutral/neutral.ts'
import { neutralError } from './openai/neutral-error.ts'
import { readError } from './openai/read-error.ts'

/** Of an event that the format itself does not know; null if it is no error. `ownType`: as its own events begin. */
export function foreignError(event: JsonObject, ownType: RegExp): NeutralError | null {
  const { type, error } = event
  const isOwn = typeof type === 'string' && ownType.test(type)
  if (isOwn || (typeof type === 'string' && event.object !== 'error' && !error)) return null
  const reported = readError(event)
  return reported === null ? null : neutralError(500, reported)
}
