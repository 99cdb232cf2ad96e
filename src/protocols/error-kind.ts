/** Kinds of error: what an HTTP status, or a code that the gateway itself gives, means in all formats. */
import type { ErrorReport } from '../core/errors.ts'
import type { ErrorKind } from './neutral/answer.ts'

/** What a status means where the body has no code that says more. */
export function kindOfStatus(status: number): ErrorKind {
  switch (status) {
    case 401:
      return 'auth'
    case 402:
      return 'quota'
    case 403:
      return 'denied'
    case 404:
      return 'missing'
    case 408:
    case 504:
      return 'timeout'
    case 413:
      return 'large'
    case 429:
      return 'rate'
    case 503:
    case 529:
      return 'overloaded'
    default:
      return status >= 400 && status < 500 ? 'invalid' : 'broken'
  }
}

/** The codes of docs/errors.md, and those of OpenAI that upstreams report. */
const BY_CODE: Readonly<Record<string, ErrorKind>> = {
  invalid_api_key: 'auth',
  admin_key_required: 'denied',
  model_not_allowed: 'denied',
  permission_denied: 'denied',
  model_not_found: 'missing',
  not_found: 'missing',
  request_timeout: 'timeout',
  upstream_timeout: 'timeout',
  invalid_request: 'invalid',
  unsupported_encoding: 'invalid',
  request_too_large: 'large',
  rate_limit_exceeded: 'rate',
  insufficient_quota: 'quota',
  context_length_exceeded: 'context',
  content_filter: 'filter',
  content_policy_violation: 'filter',
  quota_unavailable: 'overloaded',
  limits_unavailable: 'overloaded',
  journal_unavailable: 'overloaded',
  overloaded: 'overloaded',
  too_many_connections: 'overloaded',
  no_available_upstream: 'overloaded',
}

const BY_TYPE: Readonly<Record<string, ErrorKind>> = {
  authentication_error: 'auth',
  permission_error: 'denied',
  not_found_error: 'missing',
  rate_limit_error: 'rate',
  overloaded_error: 'overloaded',
  timeout_error: 'timeout',
}

/** OpenAI's type for all that the client did wrong: the status says more. */
const VAGUE_TYPE = 'invalid_request_error'

/** The kind of an error that a client gets. */
export function kindOfReport({ code, type, status }: ErrorReport): ErrorKind {
  const said = own(BY_CODE, code) ?? own(BY_TYPE, type)
  if (said !== undefined) return said
  if (status !== undefined) return kindOfStatus(status)
  return type === VAGUE_TYPE ? 'invalid' : 'broken'
}

/** Upstreams choose their codes, and `constructor` is none of ours. */
export function own<T>(table: Readonly<Record<string, T>>, name: string | null): T | undefined {
  return name !== null && Object.hasOwn(table, name) ? table[name] : undefined
}
