/** Errors of the admin API in the gateway's form, naming each invalid field. */

import type { z } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'
import { type SignInProblem, SignInRefusal } from '../../../../admin/identity/refusal.ts'
import { VersionConflict } from '../../../../admin/versions.ts'
import { GatewayError, retryAfterHeaders } from '../../../../core/errors.ts'
import type { Logger } from '../../../../core/logger.ts'
import { OperatorError, type OperatorErrorKind } from '../../../../core/operator-error.ts'
import { errorAnswer } from '../../../error-response.ts'
import { ApiError, type FieldProblem } from './api-error.ts'

const STATUS_OF_KIND: Record<OperatorErrorKind, number> = {
  invalid: 400,
  not_found: 404,
  conflict: 409,
  failed: 502,
  configuration: 500,
  store: 503,
}

const STATUS_OF_PROBLEM: Record<SignInProblem, number> = {
  invalid_credentials: 401,
  totp_required: 401,
  totp_invalid: 401,
  too_many_attempts: 429,
  sign_in_busy: 429,
  setup_link_invalid: 400,
  password_weak: 400,
  totp_already_on: 409,
  totp_not_started: 409,
  oidc_failed: 403,
  oidc_unavailable: 503,
  oidc_no_role: 403,
  oidc_unknown_user: 403,
  oidc_disabled: 403,
  oidc_name_taken: 403,
  oidc_name_unusable: 403,
}

interface Described {
  status: number
  code: string | null
  message: string
  fields?: readonly FieldProblem[]
  headers?: Record<string, string>
  more?: Readonly<Record<string, unknown>>
}

export function errorReply(error: unknown, requestId: string, logger: Logger): Response {
  const described = describe(error)
  if (described === null) {
    const { status, headers, body } = errorAnswer(error, requestId, { logger })
    return new Response(body, { status, headers })
  }
  const { status, code, message, fields = [], headers = {}, more = {} } = described
  const body = {
    message,
    type: status >= 500 ? 'server_error' : 'invalid_request_error',
    code,
    param: fields[0]?.field ?? null,
    request_id: requestId,
    ...(fields.length > 0 && { fields }),
    ...more,
  }
  return Response.json({ error: body }, { status, headers })
}

/** Null for what the model routes answer in the same way. */
function describe(error: unknown): Described | null {
  if (error instanceof GatewayError) return null
  if (error instanceof ApiError) return error
  if (error instanceof OperatorError) return operatorError(error)
  if (error instanceof SignInRefusal) return signInRefusal(error)
  if (error instanceof VersionConflict) return new ApiError('version_conflict')
  if (error instanceof HTTPException)
    return { status: error.status, code: 'invalid_input', message: error.message }
  return null
}

function operatorError(error: OperatorError): Described {
  const { kind, code, message, field, remedy, values } = error
  return {
    status: STATUS_OF_KIND[kind],
    code,
    message,
    fields: field === null ? [] : [{ field, message }],
    more: { ...(remedy !== '' && { remedy }), values },
  }
}

function signInRefusal({ code, message, field, waitMs }: SignInRefusal): Described {
  return {
    status: STATUS_OF_PROBLEM[code],
    code,
    message,
    fields: field === null ? [] : [{ field, message }],
    headers: waitMs > 0 ? retryAfterHeaders(waitMs) : {},
  }
}

/** Each field that the schema refuses, by the name it has in the request. */
export function invalidInput(error: z.ZodError): ApiError {
  const fields = error.issues.flatMap((issue): FieldProblem[] => {
    const at = issue.path.join('.')
    if (issue.code !== 'unrecognized_keys') return [{ field: at, message: issue.message }]
    return issue.keys.map((key) => ({
      field: at === '' ? key : `${at}.${key}`,
      message: 'there is no such field',
    }))
  })
  const [first] = fields
  const message = first === undefined ? 'invalid' : `${first.field}: ${first.message}`
  return new ApiError('invalid_input', { message, fields })
}
