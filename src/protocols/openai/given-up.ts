/** Answers that their upstream gave up, by their finish reasons: they are broken, however tidily they end. */
import { GAVE_UP } from '../neutral/failed-ends.ts'
import { isObject } from '../neutral/fields.ts'
import { reportedError } from '../reported-error.ts'
import { readFinish } from './chat/finish-reason.ts'

export const GIVEN_UP = reportedError(GAVE_UP)

/** Whether one of the choices says so. */
export function isGivenUp(choices: unknown): boolean {
  if (!Array.isArray(choices)) return false
  for (const choice of choices) {
    const reason = isObject(choice) ? choice.finish_reason : null
    if (typeof reason === 'string' && readFinish(reason, false).reason === 'broken') return true
  }
  return false
}
