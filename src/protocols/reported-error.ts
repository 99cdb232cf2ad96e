/** A neutral error in the words that the pipeline judges by and that clients of OpenAI know. */
import type { ErrorKind, NeutralError } from './neutral/answer.ts'
import { ERROR_FORMS } from './openai/neutral-error.ts'
import type { ReportedError } from './protocol.ts'

/** Of these the status says more than we could. */
const VAGUE: ReadonlySet<ErrorKind> = new Set(['broken', 'invalid', 'overloaded'])

export function reportedError({ kind, message, code, param }: NeutralError): ReportedError {
  const [type, known] = ERROR_FORMS[kind]
  return { message, type, code: VAGUE.has(kind) ? code : known, param, own: {} }
}
