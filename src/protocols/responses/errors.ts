/** Failures in a stream of the Responses API; in a body they look as in Chat. */
import type { ResponseError } from 'openai-7/resources/responses/responses.js'
import type { ErrorKind, NeutralError } from '../neutral/answer.ts'

/** Codex stops on `context_length_exceeded`, `insufficient_quota` and `invalid_prompt`, and repeats on others. */
const CODES: Readonly<Record<ErrorKind, string>> = {
  invalid: 'invalid_prompt',
  context: 'context_length_exceeded',
  auth: 'server_error',
  denied: 'invalid_prompt',
  missing: 'invalid_prompt',
  large: 'invalid_prompt',
  rate: 'rate_limit_exceeded',
  quota: 'insufficient_quota',
  filter: 'invalid_prompt',
  broken: 'server_error',
  overloaded: 'server_is_overloaded',
  timeout: 'server_error',
}

export function failureOf({ kind, message }: NeutralError): ResponseError {
  return { code: CODES[kind] as ResponseError['code'], message }
}
