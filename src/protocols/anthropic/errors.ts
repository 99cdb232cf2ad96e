/** Errors in the form of Messages, both ways. */
import type { ErrorType } from '@anthropic-ai/sdk/resources/shared.js'
import { kindOfStatus, own } from '../error-kind.ts'
import type { ErrorKind, NeutralError } from '../neutral/answer.ts'
import { isObject } from '../neutral/fields.ts'
import type { JsonObject } from '../neutral/neutral.ts'

const TYPES: Readonly<Record<ErrorKind, ErrorType>> = {
  invalid: 'invalid_request_error',
  context: 'invalid_request_error',
  filter: 'invalid_request_error',
  auth: 'authentication_error',
  denied: 'permission_error',
  missing: 'not_found_error',
  large: 'request_too_large' as ErrorType,
  rate: 'rate_limit_error',
  quota: 'billing_error',
  broken: 'api_error',
  overloaded: 'overloaded_error',
  timeout: 'timeout_error',
}

const KINDS: Readonly<Record<string, ErrorKind>> = {
  invalid_request_error: 'invalid',
  authentication_error: 'auth',
  permission_error: 'denied',
  not_found_error: 'missing',
  request_too_large: 'large',
  rate_limit_error: 'rate',
  billing_error: 'quota',
  api_error: 'broken',
  overloaded_error: 'overloaded',
  timeout_error: 'timeout',
}

/** Agents compact their history on these words. */
const TOO_LONG = 'prompt is too long'

/** Nor has it a code for this. */
const FILTERED = 'Output blocked by content filtering policy'

export function writeError({ kind, message }: NeutralError, requestId: string): JsonObject {
  const shown =
    kind === 'context' && !message.includes(TOO_LONG) ? `${TOO_LONG}: ${message}` : message
  return { type: 'error', error: { type: TYPES[kind], message: shown }, request_id: requestId }
}

export function readError(status: number, body: unknown): NeutralError {
  const error = isObject(body) && isObject(body.error) ? body.error : {}
  const message = typeof error.message === 'string' ? error.message : `status ${status}`
  const code = typeof error.type === 'string' ? error.type : null
  const kind = own(KINDS, code) ?? kindOfStatus(status)
  if (kind === 'invalid' && message === FILTERED)
    return { kind: 'filter', message, code, param: null }
  // Claude has no code of its own for this; the words are its interface, which its own agent relies on.
  const context = kind === 'invalid' && message.startsWith(TOO_LONG)
  return { kind: context ? 'context' : kind, message, code, param: null }
}
