/** OpenAI's error form and the neutral one, both ways; Chat and Responses share it. */
import { kindOfStatus, own } from '../error-kind.ts'
import type { ErrorKind, NeutralError } from '../neutral/answer.ts'
import type { JsonObject } from '../neutral/neutral.ts'
import type { ReportedError } from '../protocol.ts'
import { readError as readReported } from './read-error.ts'

const CODES: Readonly<Record<string, ErrorKind>> = {
  context_length_exceeded: 'context',
  invalid_api_key: 'auth',
  authentication_error: 'auth',
  account_deactivated: 'auth',
  permission_denied: 'denied',
  model_not_found: 'missing',
  not_found_error: 'missing',
  rate_limit_exceeded: 'rate',
  rate_limit_error: 'rate',
  too_many_requests: 'rate',
  insufficient_quota: 'quota',
  billing_hard_limit_reached: 'quota',
  billing_not_active: 'quota',
  content_filter: 'filter',
  content_policy_violation: 'filter',
  server_error: 'broken',
  overloaded_error: 'overloaded',
  invalid_request_error: 'invalid',
}

export function readNeutralError(status: number, body: unknown): NeutralError {
  return neutralError(status, readReported(body))
}

/** An upstream's error by its code, and where it has none that is known, by the status. */
export function neutralError(status: number, reported: ReportedError | null): NeutralError {
  const code = reported?.code ?? reported?.type ?? null
  return {
    kind: own(CODES, code) ?? kindOfStatus(status),
    message: reported?.message ?? `status ${status}`,
    code,
    param: reported?.param ?? null,
  }
}

/** Type and code of each kind. Agents act on the code. */
export const ERROR_FORMS: Readonly<Record<ErrorKind, readonly [type: string, code: string]>> = {
  invalid: ['invalid_request_error', 'invalid_request'],
  context: ['invalid_request_error', 'context_length_exceeded'],
  auth: ['invalid_request_error', 'invalid_api_key'],
  denied: ['invalid_request_error', 'model_not_allowed'],
  missing: ['invalid_request_error', 'model_not_found'],
  large: ['invalid_request_error', 'request_too_large'],
  rate: ['rate_limit_error', 'rate_limit_exceeded'],
  quota: ['insufficient_quota', 'insufficient_quota'],
  filter: ['invalid_request_error', 'content_filter'],
  broken: ['server_error', 'upstream_error'],
  overloaded: ['server_error', 'no_available_upstream'],
  timeout: ['server_error', 'upstream_timeout'],
}

export function writeNeutralError(
  { kind, message, param }: NeutralError,
  requestId: string,
): JsonObject {
  const [type, code] = ERROR_FORMS[kind]
  return { error: { message, type, code, param, request_id: requestId } }
}
