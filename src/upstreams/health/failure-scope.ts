/**
 * What an upstream's error means and how far it reaches, decided by its status and codes alone: words in a
 * message may echo a prompt, which must not disable a key.
 */
import type { FailureClass, FailureScope } from '../../core/failure.ts'

export interface Verdict {
  class: FailureClass
  scope: FailureScope
}

/** The codes of one error, as far as it has them. */
export interface ErrorCodes {
  /** `code`, and what is nested below it (Azure's inner errors, Google's `details[].reason`). */
  codes: readonly string[]
  /** `type` (OpenAI, Anthropic) or `status` (Google): a wider class. */
  types: readonly string[]
}

const words = (text: string) => new Set(text.trim().split(/\s+/).map(canonical))

/** Vendors write one code as `insufficient_quota`, `InsufficientQuota`, `INSUFFICIENT-QUOTA`. */
function canonical(code: string): string {
  return code.toLowerCase().replace(/[^a-z0-9.]/g, '')
}

/** The key itself is wrong, expired or withdrawn. */
const AUTH_CODES = words(`
  invalid_api_key incorrect_api_key api_key_invalid invalid_key api_key_expired api_key_disabled
  key_revoked account_deactivated account_disabled account_suspended authentication_error
  invalid_authentication_error incorrect_api_key_error unauthenticated invalid_iam_token invalid_access_key
  AuthFailure InvalidAccessKeyId UnrecognizedClientException ExpiredTokenException
  InvalidSignatureException IncompleteSignatureException MissingAuthenticationTokenException
  organization_restricted`)

/** The account behind the key is out of money or over its budget. */
const QUOTA_CODES = words(`
  insufficient_quota insufficient_user_quota insufficient_balance billing_hard_limit_reached
  billing_limit_reached billing_not_active billing_error payment_required exceeded_current_quota_error
  credits_exhausted credit_balance_too_low credit_limit budget_exceeded spend_limit_reached Arrearage
  AccountOverdueError FailedOperation.ServiceStopUnpaid FailedOperation.FreeResourcePackExhausted
  ResourceInsufficient.ChargeResourceExhaust 1113 30001`)

const RATE_CODES = words(`
  rate_limit_exceeded rate_limit_error rate_limit_reached_error too_many_requests
  resource_exhausted Throttling throttling_error ThrottlingException RequestLimitExceeded LimitExceeded
  ServiceQuotaExceededException
  ModelAccountRpmRateLimitExceeded ModelAccountTpmRateLimitExceeded rpm_rate_limit_exceeded
  tpm_rate_limit_exceeded`)

/** Limits of the whole account, whichever model is asked. */
const ACCOUNT_RATE_CODES = words(`
  account_rate_limit_exceeded organization_rate_limit_exceeded`)

/** The model is unknown there, not deployed, or not for this key. */
const MODEL_CODES = words(`
  model_not_found model_not_exist no_such_model unknown_model invalid_model model_not_available
  model_not_allowed model_not_supported unsupported_model model_decommissioned model_deprecated
  model_access_denied model.accessdenied ModelNotOpen deployment_not_found model_terms_required
  invalidendpointormodel.notfound OperationNotSupported not_found_error resource_not_found_error
  permission_error permission_denied permission_denied_error AccessDenied.Unpurchased
  AccessDeniedException ResourceNotFoundException 1211 20012 30003`)

const CONTEXT_CODES = words(`
  context_length_exceeded context_window_exceeded exceed_context_size_error string_above_max_length
  tokens_limit_reached request_too_large`)

const FILTER_CODES = words(`
  content_filter content_policy_violation content_filter_error ResponsibleAIPolicyViolation moderation_blocked
  data_inspection_failed sensitive_content_detected InputTextSensitiveContentDetected
  OutputTextSensitiveContentDetected InputTextRiskDetection invalid_prompt 1301`)

const CLIENT_TYPES = words(
  'invalid_request_error invalid_argument InvalidParameter BadRequestError ValidationException',
)

/** By codes that mean the same with every status; null if there is none. */
function byCodes({ codes, types }: ErrorCodes): Verdict | null {
  const all = [...codes, ...types].map(canonical)
  // A part after the dot narrows a code down, as in `Throttling.RateQuota`.
  const has = (set: ReadonlySet<string>) =>
    all.some((code) => set.has(code) || set.has(code.split('.')[0] as string))
  if (has(FILTER_CODES)) return { class: 'filter', scope: 'request' }
  if (has(CONTEXT_CODES)) return { class: 'context', scope: 'request' }
  if (has(QUOTA_CODES)) return { class: 'quota', scope: 'key' }
  if (has(MODEL_CODES)) return { class: 'model', scope: 'model' }
  if (has(AUTH_CODES)) return { class: 'auth', scope: 'key' }
  if (has(ACCOUNT_RATE_CODES)) return { class: 'rate', scope: 'key' }
  if (has(RATE_CODES)) return { class: 'rate', scope: 'model' }
  return null
}

/** A reply with an error status. `html`: its body is a page, so it comes from something in front of the API. */
export function judgeStatus(status: number, error: ErrorCodes, html = false): Verdict {
  if (status >= 400 && status < 500) {
    const named = byCodes(error)
    // A code of rights in a 429 is about the limit, as in Google's RESOURCE_EXHAUSTED with a reason.
    if (named !== null && !(status === 429 && ['auth', 'model'].includes(named.class))) return named
  }
  switch (status) {
    case 401:
    case 403:
      return { class: 'auth', scope: 'request' }
    case 402:
      return { class: 'quota', scope: 'request' }
    case 404:
      return error.codes.some(isWord)
        ? { class: 'client', scope: 'request' }
        : { class: 'model', scope: 'model' }
    // 424: what failed is something that the upstream itself relies on, such as the model (Bedrock).
    case 408:
    case 424:
    case 425:
      return { class: 'server', scope: 'model' }
    case 429:
      return { class: 'rate', scope: html ? 'host' : 'model' }
  }
  return status >= 400 && status < 500
    ? { class: 'client', scope: 'request' }
    : { class: 'server', scope: 'model' }
}

/** An error inside a reply that began with 200 has no status of its own, but often names one as its code. */
export function judgeErrorBody(error: ErrorCodes): Verdict {
  const named = byCodes(error)
  if (named !== null) return named
  const status = error.codes.map(Number).find((code) => code >= 400 && code < 600)
  if (status !== undefined) return judgeStatus(status, { codes: [], types: error.types })
  return [...error.codes, ...error.types].some((type) => CLIENT_TYPES.has(canonical(type)))
    ? { class: 'client', scope: 'request' }
    : { class: 'server', scope: 'model' }
}

/** Neither a repeated status nor a sentence, which xAI sends as its code. */
function isWord(code: string): boolean {
  return !/^\d+$/.test(code) && !/\s/.test(code)
}
