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
import { fieldMessageInEnglish } from './messages-en.ts'
import { apiMessage, fieldMessage, operatorMessage, signInMessage } from './messages-zh.ts'

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

/** The languages of messages; codes and fields are the same in both. */
export type MessageLanguage = 'en' | 'zh'

/** The language that the caller prefers to the other, by its `accept-language`; English if it says nothing. */
export function messageLanguage(acceptLanguage: string | null | undefined): MessageLanguage {
  const wanted = (acceptLanguage ?? '').split(',').map((each) => each.trim().toLowerCase())
  return wanted.find((each) => /^(en|zh)\b/.test(each))?.startsWith('zh') ? 'zh' : 'en'
}

interface Asked {
  requestId: string
  language: MessageLanguage
}

export function adminErrorReply(
  error: unknown,
  { requestId, language }: Asked,
  logger: Logger,
): Response {
  const described = describe(error, language)
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
function describe(error: unknown, language: MessageLanguage): Described | null {
  if (error instanceof GatewayError) return null
  if (error instanceof ApiError) return apiError(error, language)
  if (error instanceof OperatorError) return operatorError(error, language)
  if (error instanceof SignInRefusal) return signInRefusal(error, language)
  if (error instanceof VersionConflict) return apiError(new ApiError('version_conflict'), language)
  if (error instanceof HTTPException)
    return { status: error.status, code: 'invalid_input', message: error.message }
  return null
}

function apiError(error: ApiError, language: MessageLanguage): Described {
  const { status, code, fields, more } = error
  const message = language === 'zh' ? apiMessage(code, error.message) : error.message
  return { status, code, message, fields, more }
}

function operatorError(error: OperatorError, language: MessageLanguage): Described {
  const { kind, code, field, remedy, values } = error
  const message = language === 'zh' ? operatorMessage(error) : error.message
  return {
    status: STATUS_OF_KIND[kind],
    code,
    message,
    fields: field === null ? [] : [{ field, message }],
    more: { ...(remedy !== '' && { remedy }), values },
  }
}

function signInRefusal(error: SignInRefusal, language: MessageLanguage): Described {
  const { code, field, waitMs } = error
  const message = language === 'zh' ? signInMessage(code, error.message) : error.message
  return {
    status: STATUS_OF_PROBLEM[code],
    code,
    message,
    fields: field === null ? [] : [{ field, message }],
    headers: waitMs > 0 ? retryAfterHeaders(waitMs) : {},
  }
}

/** Each field that the schema refuses, by the name it has in the request. */
export function invalidInput(error: z.ZodError, language: MessageLanguage): ApiError {
  const isChinese = language === 'zh'
  const fields = error.issues.flatMap((issue): FieldProblem[] => {
    const at = issue.path.join('.')
    if (issue.code !== 'unrecognized_keys')
      return [{ field: at, message: (isChinese ? fieldMessage : fieldMessageInEnglish)(issue) }]
    return issue.keys.map((key) => ({
      field: at === '' ? key : `${at}.${key}`,
      message: isChinese ? '没有这个字段' : 'there is no such field',
    }))
  })
  const [first] = fields
  const message = first === undefined ? 'invalid' : `${first.field}: ${first.message}`
  return new ApiError('invalid_input', { message, fields })
}
