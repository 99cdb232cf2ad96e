/** Every error a client can get: its code, status, and whose fault it is. A test keeps docs/errors.md equal to this. */

import type { CheckId } from './check-ids.ts'
import type { RefusalFigure } from './refusal-figures.ts'

/** If two parties can be at fault, the message begins with the one that is. */
export type Blame = 'client' | 'gateway' | 'upstream' | 'operator' | 'client or upstream'

interface CatalogueEntry {
  status: number
  type: string
  blame: Blame
  /** The check of `gpt-proxy doctor` that finds the cause. */
  doctor?: CheckId
}

export const ERROR_CATALOGUE = {
  invalid_api_key: { status: 401, type: 'invalid_request_error', blame: 'client' },
  admin_key_required: { status: 403, type: 'invalid_request_error', blame: 'client' },
  model_not_allowed: { status: 403, type: 'invalid_request_error', blame: 'client' },
  model_not_found: { status: 404, type: 'invalid_request_error', blame: 'client', doctor: 'UPS-1' },
  request_loop: { status: 400, type: 'invalid_request_error', blame: 'operator', doctor: 'UPS-1' },
  not_found: { status: 404, type: 'invalid_request_error', blame: 'client' },
  object_unavailable: {
    status: 410,
    type: 'invalid_request_error',
    blame: 'operator',
    doctor: 'UPS-1',
  },
  request_timeout: { status: 408, type: 'invalid_request_error', blame: 'client' },
  invalid_request: { status: 400, type: 'invalid_request_error', blame: 'client' },
  request_too_large: { status: 413, type: 'invalid_request_error', blame: 'client' },
  upgrade_required: { status: 426, type: 'invalid_request_error', blame: 'client' },
  unsupported_encoding: { status: 415, type: 'invalid_request_error', blame: 'client' },
  client_closed_request: { status: 499, type: 'invalid_request_error', blame: 'client' },
  rate_limit_exceeded: {
    status: 429,
    type: 'rate_limit_error',
    blame: 'client or upstream',
    doctor: 'LIM-1',
  },
  insufficient_quota: { status: 429, type: 'insufficient_quota', blame: 'client', doctor: 'QUO-1' },
  quota_unavailable: { status: 503, type: 'server_error', blame: 'operator', doctor: 'DB-1' },
  limits_unavailable: { status: 503, type: 'server_error', blame: 'operator', doctor: 'LIM-1' },
  journal_unavailable: { status: 503, type: 'server_error', blame: 'operator', doctor: 'DB-1' },
  overloaded: { status: 503, type: 'server_error', blame: 'gateway' },
  too_many_in_flight: { status: 429, type: 'rate_limit_error', blame: 'client', doctor: 'LIM-1' },
  too_many_connections: { status: 503, type: 'server_error', blame: 'operator' },
  no_available_upstream: { status: 503, type: 'server_error', blame: 'operator', doctor: 'UPS-1' },
  upstream_error: { status: 502, type: 'server_error', blame: 'upstream', doctor: 'UPS-1' },
  upstream_timeout: { status: 504, type: 'server_error', blame: 'upstream', doctor: 'SLOW-1' },
  internal_error: { status: 500, type: 'server_error', blame: 'gateway' },
} as const satisfies Record<string, CatalogueEntry>

export type ErrorCode = keyof typeof ERROR_CATALOGUE

/** What a client learns about an error, independent of the protocol. */
export interface ErrorReport {
  message: string
  type: string
  code: string | null
  param: string | null
  /** The check of `gpt-proxy doctor` that finds the cause. */
  doctor?: CheckId | undefined
  /** Additional fields of an upstream's own error; already redacted. */
  further?: Readonly<Record<string, unknown>> | undefined
  /** It says what kind of error this is if the code does not. */
  status?: number
}

export interface ErrorOptions {
  param?: string | null
  headers?: Readonly<Record<string, string>>
  /** Overrides the doctor check of the code. */
  doctor?: CheckId
  /** What a limit compared, for the operator. */
  figures?: readonly RefusalFigure[]
  /** The code that clients get, if OpenAI has one of its own for the case; null if it has none. */
  clientCode?: string | null
}

const NO_FIGURES: readonly RefusalFigure[] = []

/** An error that the gateway itself reports. The message starts with whose fault it is. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: ErrorCode
  readonly param: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly doctor: CheckId | undefined
  readonly figures: readonly RefusalFigure[]
  private readonly clientCode: string | null | undefined

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message)
    this.code = code
    this.param = options.param ?? null
    this.headers = options.headers ?? {}
    const entry: CatalogueEntry = ERROR_CATALOGUE[code]
    this.doctor = options.doctor ?? entry.doctor
    this.figures = options.figures ?? NO_FIGURES
    this.clientCode = options.clientCode
  }

  get status(): number {
    return ERROR_CATALOGUE[this.code].status
  }

  /** The same error with additional headers; its own take precedence. */
  withHeaders(headers: Readonly<Record<string, string>>): GatewayError {
    const { code, message, param, doctor, figures } = this
    return new GatewayError(code, message, {
      param,
      figures,
      headers: { ...headers, ...this.headers },
      ...(doctor !== undefined && { doctor }),
    })
  }

  report(): ErrorReport {
    const { message, code, param, doctor, clientCode, status } = this
    const { type } = ERROR_CATALOGUE[code]
    if (clientCode === undefined) return { message, type, code, param, doctor }
    return { message, type, code: clientCode, param, doctor, status }
  }
}

/** A refusal that blames the request: 400 with the offending parameter. */
export function invalidRequest(message: string, param: string | null = null): GatewayError {
  return new GatewayError('invalid_request', `gateway: ${message}`, { param })
}

/** `retry-after` in whole seconds (rounded up) and `retry-after-ms`. */
export function retryAfterHeaders(waitMs: number): Record<string, string> {
  const atLeastMs = Math.max(0, Math.ceil(waitMs))
  return {
    'retry-after': String(Math.ceil(atLeastMs / 1000)),
    'retry-after-ms': String(atLeastMs),
  }
}

export function internalError(): GatewayError {
  return new GatewayError(
    'internal_error',
    'gateway: an internal error. The log names it under this request id.',
  )
}
