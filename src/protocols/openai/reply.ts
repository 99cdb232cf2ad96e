/** A whole reply: an answer, or an error that came with a status of success. */
import type { ReadReply } from '../protocol.ts'
import { readError } from './read-error.ts'
import { usageIn } from './usage.ts'

export function readReply(text: string): ReadReply {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'unreadable' }
  }
  const error = readError(value)
  return error === null ? { kind: 'answer', usage: usageIn(value) } : { kind: 'error', error }
}
