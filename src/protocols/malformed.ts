/** Events that can't be parsed. They pass, unless another upstream could give the answer without a hole in it. */
import { parseLeniently } from './lenient-json.ts'
import type { NeutralError } from './neutral/answer.ts'

export const MALFORMED: NeutralError = {
  kind: 'broken',
  message: 'an event of its stream can not be parsed',
  code: null,
  param: null,
}

/** Data that begin like an event of the answer and are no JSON. Other words are some upstream's way to stay connected. */
export function isMalformed(data: string): boolean {
  if (!data.trimStart().startsWith('{')) return false
  try {
    parseLeniently(data)
    return false
  } catch {
    return true
  }
}
