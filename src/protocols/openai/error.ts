/** What the errors of OpenAI-style upstreams mean. */
import type { FailureClass } from '../../core/failure.ts'
import { redact } from '../../core/redact.ts'

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

/** The machine-readable code of an OpenAI-form error object: `code`, else `type`. */
export function errorCodeOf(error: Readonly<Record<string, unknown>> | null): string | null {
  if (error === null) return null
  const { code, type } = error
  if (typeof code === 'string' && code !== '') return code
  if (typeof code === 'number') return String(code)
  return typeof type === 'string' ? type : null
}

/** The `error` object of a parsed reply or event; some upstreams put a text there. */
export function errorObjectOf(value: unknown): Record<string, unknown> | null {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'error')) return null
  const { error } = value as { error: unknown }
  if (typeof error === 'string') return { message: error }
  return typeof error === 'object' && error !== null && !Array.isArray(error)
    ? (error as Record<string, unknown>)
    : null
}

/** Only what looks like a code is repeated to people; a key of letters alone does, too. */
export function shownCode(code: string | null, secretForms: readonly string[]): string | null {
  const fits = code !== null && /^(?:[a-z_]{1,50}|\d{3})$/i.test(code)
  return fits && redact(code, secretForms) === code ? code : null
}
