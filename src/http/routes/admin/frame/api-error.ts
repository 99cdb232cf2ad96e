/** Refusals of the admin API itself, in addition to those of the use cases. */

export const API_ERRORS = {
  not_signed_in: [401, 'sign in, or send the key of an admin'],
  role_not_allowed: [403, 'your role does not allow this'],
  origin_not_allowed: [403, 'a change by a session has to come from the console itself'],
  not_found: [404, 'there is no such object, or it is not yours'],
  version_conflict: [412, 'it was changed in the meantime by another user'],
  invalid_input: [400, 'the request is invalid'],
  too_many_streams: [429, 'too many live views are open; close some'],
  locked: [409, 'it is set by the environment or a file, and can only be changed there'],
} as const satisfies Record<string, readonly [status: number, message: string]>

export type ApiErrorCode = keyof typeof API_ERRORS

export interface FieldProblem {
  field: string
  message: string
}

export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ApiErrorCode
  readonly status: number
  readonly fields: readonly FieldProblem[]
  /** Further members of the reply. */
  readonly more: Readonly<Record<string, unknown>>

  constructor(
    code: ApiErrorCode,
    {
      message,
      fields = [],
      more = {},
    }: {
      message?: string
      fields?: readonly FieldProblem[]
      more?: Readonly<Record<string, unknown>>
    } = {},
  ) {
    super(message ?? API_ERRORS[code][1])
    this.code = code
    this.status = API_ERRORS[code][0]
    this.fields = fields
    this.more = more
  }
}

export function invalidField(field: string, message: string): ApiError {
  return new ApiError('invalid_input', {
    message: `${field}: ${message}`,
    fields: [{ field, message }],
  })
}
