/** A whole reply: an answer, or an error that came with a status of success. */
import { parseLeniently } from '../lenient-json.ts'
import { isObject } from '../neutral/fields.ts'
import type { ReadReply } from '../protocol.ts'
import { GIVEN_UP, isGivenUp } from './given-up.ts'
import { readError } from './read-error.ts'
import { usageIn } from './usage.ts'

export function readReply(text: string): ReadReply {
  let value: unknown
  try {
    value = parseLeniently(text)
  } catch {
    return { kind: 'unreadable' }
  }
  const error = readError(value)
  if (error !== null) return { kind: 'error', error }
  if (isObject(value) && isGivenUp(value.choices)) return { kind: 'error', error: GIVEN_UP }
  const isOther = !isObject(value) || !Array.isArray(value.choices) || value.choices.length === 0
  return { kind: 'answer', usage: usageIn(value), filtered: isFiltered(value), isOther }
}

/** The vendor's filter left nothing of the answer. */
function isFiltered(value: unknown): boolean {
  if (!isObject(value) || !Array.isArray(value.choices)) return false
  const [choice] = value.choices
  if (!isObject(choice) || choice.finish_reason !== 'content_filter') return false
  return !isObject(choice.message) || !choice.message.content
}
