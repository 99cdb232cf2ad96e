/** Errors in Google's form: a status word in addition to the number. */
import { kindOfStatus, own } from '../error-kind.ts'
import type { ErrorKind, NeutralError } from '../neutral/answer.ts'
import { isObject } from '../neutral/fields.ts'
import type { JsonObject } from '../neutral/neutral.ts'

/** https://cloud.google.com/apis/design/errors#handling_errors */
const WORDS: Readonly<Record<ErrorKind, readonly [code: number, status: string]>> = {
  invalid: [400, 'INVALID_ARGUMENT'],
  context: [400, 'INVALID_ARGUMENT'],
  filter: [400, 'INVALID_ARGUMENT'],
  auth: [401, 'UNAUTHENTICATED'],
  denied: [403, 'PERMISSION_DENIED'],
  missing: [404, 'NOT_FOUND'],
  large: [413, 'INVALID_ARGUMENT'],
  rate: [429, 'RESOURCE_EXHAUSTED'],
  quota: [429, 'RESOURCE_EXHAUSTED'],
  broken: [500, 'INTERNAL'],
  overloaded: [503, 'UNAVAILABLE'],
  timeout: [504, 'DEADLINE_EXCEEDED'],
}

export function writeError({ kind, message }: NeutralError, requestId: string): JsonObject {
  const [code, status] = WORDS[kind]
  const details = [{ '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId }]
  return { error: { code, message, status, details } }
}

const KINDS: Readonly<Record<string, ErrorKind>> = {
  INVALID_ARGUMENT: 'invalid',
  FAILED_PRECONDITION: 'invalid',
  OUT_OF_RANGE: 'invalid',
  UNAUTHENTICATED: 'auth',
  PERMISSION_DENIED: 'denied',
  NOT_FOUND: 'missing',
  RESOURCE_EXHAUSTED: 'rate',
  CANCELLED: 'broken',
  INTERNAL: 'broken',
  UNKNOWN: 'broken',
  UNAVAILABLE: 'overloaded',
  DEADLINE_EXCEEDED: 'timeout',
}

/** Google has no code for it; agents must know it, so that they compact. */
const TOO_LONG = /^The input token count\b.*\bexceeds the maximum/

/** An error reply's body, or an event of a stream (`status` 200). Streams that are lists have one around it. */
export function readError(status: number, body: unknown): NeutralError {
  const whole = Array.isArray(body) ? body[0] : body
  const error = isObject(whole) && isObject(whole.error) ? whole.error : {}
  const word = typeof error.status === 'string' ? error.status : null
  const message =
    typeof error.message === 'string' ? error.message : `the upstream answered with ${status}`
  const code = typeof error.code === 'number' ? error.code : status
  return {
    kind: kindOf(word, message, error.details) ?? kindOfStatus(code),
    message,
    code: reasonOf(error.details) ?? word,
    param: null,
  }
}

function kindOf(word: string | null, message: string, details: unknown): ErrorKind | undefined {
  // A wrong key is a bad argument to Google.
  if (reasonOf(details) === 'API_KEY_INVALID') return 'auth'
  if (TOO_LONG.test(message)) return 'context'
  return own(KINDS, word)
}

function reasonOf(details: unknown): string | null {
  const all: unknown[] = Array.isArray(details) ? details : []
  const info = all.find((each) => isObject(each) && typeof each.reason === 'string')
  return isObject(info) ? String(info.reason) : null
}
