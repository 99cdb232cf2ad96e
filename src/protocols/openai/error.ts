/** Errors as OpenAI writes them, and what their codes mean. */
import type { ErrorReport } from '../../core/errors.ts'
import type { FailureClass } from '../../core/failure.ts'

/** Error codes about a key's account, as OpenAI and Azure write them. */
const QUOTA_CODES = new Set([
  'insufficient_quota',
  'billing_hard_limit_reached',
  'billing_not_active',
])

const RATE_CODES = new Set(['rate_limit_exceeded', 'rate_limit_error', 'too_many_requests', '429'])

const AUTH_CODES = new Set([
  'invalid_api_key',
  'account_deactivated',
  'authentication_error',
  '401',
  '403',
])

/** Codes about the request, whichever key it came with. */
const REQUEST_CODES = new Set([
  'model_not_found',
  'context_length_exceeded',
  'content_filter',
  'content_policy_violation',
])

/** Classified by status and code, never by words in a message: a prompt echoed there must not poison a key. */
export function classifyStatus(status: number, code: string | null): FailureClass {
  if (status === 402 || (status === 429 && code !== null && QUOTA_CODES.has(code))) return 'quota'
  if (status === 429) return 'rate'
  // OpenAI's 403 where a project lacks the model; without such a code it is about the key.
  if (status === 403 && code !== null && REQUEST_CODES.has(code)) return 'client'
  if (status === 401 || status === 403) return 'auth'
  if (status >= 400 && status < 500 && status !== 408) return 'client'
  return 'server'
}

/** An error event inside a stream that began with 200 has no status of its own. */
export function classifyCode(code: string | null): FailureClass {
  if (code === null) return 'server'
  if (QUOTA_CODES.has(code)) return 'quota'
  if (RATE_CODES.has(code)) return 'rate'
  if (AUTH_CODES.has(code)) return 'auth'
  return REQUEST_CODES.has(code) || code === 'invalid_request_error' ? 'client' : 'server'
}

export function writeError(error: ErrorReport, requestId: string): string {
  const { message, type, code, param, doctor, further } = error
  return JSON.stringify({
    error: {
      ...further,
      message,
      type,
      code,
      param,
      request_id: requestId,
      ...(doctor !== undefined && { doctor }),
    },
  })
}

/** A stream that broke off ends with this event; no `[DONE]` follows. */
export function writeErrorEvent(error: ErrorReport, requestId: string): string {
  return `data: ${writeError(error, requestId)}\n\n`
}
