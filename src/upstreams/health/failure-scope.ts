/**
 * What an upstream's error means and how far it reaches, decided by its status and codes alone: words in a
 * message may echo a prompt, which must not disable a key. `said-in-words.ts` has what they may decide, and
 * `upstream-error.ts` a suspicion.
 */
import type { FailureClass, FailureScope } from '../../core/failure.ts'

export interface FailureVerdict {
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

/**
 * Numbers are Zhipu's (four digits), iFlytek's (five) and SiliconFlow's; those of MiniMax and Baidu would mean
 * other things there, and are distinguished by the field that holds them (`error-codes.ts`).
 */

/** The key itself is wrong, expired or withdrawn. */
const AUTH_CODES = words(`
  invalid_api_key incorrect_api_key api_key_invalid invalid_key api_key_expired api_key_disabled
  key_revoked account_deactivated account_disabled account_suspended authentication_error
  invalid_authentication_error incorrect_api_key_error unauthenticated invalid_iam_token invalid_iam_sign
  invalid_access_key AuthFailure InvalidAccessKeyId UnrecognizedClientException ExpiredTokenException
  ExpiredToken InvalidSignatureException IncompleteSignatureException MissingAuthenticationTokenException
  CONSUMER_SUSPENDED CONSUMER_INVALID ACCOUNT_STATE_INVALID ACCESS_TOKEN_EXPIRED organization_restricted
  expired_key token_not_found_in_db
  1110 1111 1112 1121 10005 minimax.1004 minimax.2049 baidu.13 baidu.14 baidu.110 baidu.111`)

/** The account behind the key is out of money or over its budget. */
const QUOTA_CODES = words(`
  insufficient_quota insufficient_user_quota insufficient_balance insufficient_balance_error
  insufficient_credits insufficient_funds BILLING_DISABLED pre_consume_token_quota_failed billing_hard_limit_reached
  billing_limit_reached billing_not_active billing_error payment_required exceeded_current_quota_error
  credits_exhausted credit_balance_too_low credit_limit budget_exceeded spend_limit_reached Arrearage
  PrepaidBillOverdue PostpaidBillOverdue AccountOverdueError account_overdue FailedOperation.ServiceStopUnpaid
  FailedOperation.FreeResourcePackExhausted ResourceInsufficient.ChargeResourceExhaust 1113 1309 30001
  minimax.1008`)

const RATE_CODES = words(`
  rate_limit_exceeded rate_limit_error rate_limit_reached_error too_many_requests
  resource_exhausted Throttling throttling_error ThrottlingException RequestLimitExceeded LimitExceeded
  ServiceQuotaExceededException
  ModelAccountRpmRateLimitExceeded ModelAccountTpmRateLimitExceeded rpm_rate_limit_exceeded
  tpm_rate_limit_exceeded limit_requests ServerOverloaded engine_overloaded_error
  1302 1303 1304 1305 1308 1310 1312 1313 10007 11201 11202 11203
  minimax.1002 minimax.1039 minimax.1041 minimax.2045 minimax.2056
  baidu.4 baidu.17 baidu.18 baidu.19 baidu.336501 baidu.336502`)

/** Limits of the whole account, whichever model is asked. */
const ACCOUNT_RATE_CODES = words(`
  account_rate_limit_exceeded organization_rate_limit_exceeded user_rate_limit_exceeded`)

/** The model is unknown there, not deployed, or not for this key. */
const MODEL_CODES = words(`
  model_not_found model_not_exist no_such_model unknown_model invalid_model model_not_available
  model_not_allowed model_not_supported unsupported_model model_decommissioned model_deprecated
  model_access_denied model.accessdenied ModelNotOpen deployment_not_found model_terms_required
  invalidendpointormodel.notfound OperationNotSupported not_found_error resource_not_found_error
  permission_error permission_denied permission_denied_error AccessDenied.Unpurchased
  AccessDeniedException ResourceNotFoundException key_model_access_denied team_model_access_denied
  user_model_access_denied AllocationQuota.FreeTierOnly CommodityNotPurchased model_offline model_unavailable
  1211 1212 1220 1221 1222 1311 11200 20012 30003 minimax.2061 baidu.6 request_loop`)

const CONTEXT_CODES = words(`
  context_length_exceeded context_window_exceeded exceed_context_size_error string_above_max_length
  tokens_limit_reached request_too_large tokens_too_long characters_too_long 1261 10907
  baidu.336007 baidu.336103`)

const FILTER_CODES = words(`
  content_filter content_policy_violation content_filter_error ResponsibleAIPolicyViolation moderation_blocked
  data_inspection_failed sensitive_content_detected InputTextSensitiveContentDetected
  OutputTextSensitiveContentDetected InputTextRiskDetection invalid_prompt unsafe_request system_unsafe
  user_setting_unsafe functions_unsafe sensitive_words_detected prompt_blocked
  1300 1301 10013 10014 10019 minimax.1026 minimax.1027`)

/** The request is wrong, which only counts where there is no status that says more. */
const CLIENT_CODES = words(`
  invalid_request_error invalid_argument InvalidParameter invalid_parameter_error BadRequestError
  bad_request_error ValidationException 1210 1213 1214 1215 10163 minimax.2013
  baidu.100 baidu.336001 baidu.336002 baidu.336003 baidu.336004 baidu.336006`)

/** By codes that mean the same with every status, else by types, which are wider; null if there is none. */
function byCodes({ codes, types }: ErrorCodes): FailureVerdict | null {
  return verdictOf(codes.map(canonical)) ?? verdictOf(types.map(canonical))
}

function verdictOf(all: readonly string[]): FailureVerdict | null {
  const has = (set: ReadonlySet<string>) => holds(all, set)
  if (has(FILTER_CODES)) return { class: 'filter', scope: 'request' }
  if (has(CONTEXT_CODES)) return { class: 'context', scope: 'request' }
  if (has(QUOTA_CODES)) return { class: 'quota', scope: 'key' }
  if (has(MODEL_CODES)) return { class: 'model', scope: 'model' }
  if (has(AUTH_CODES)) return { class: 'auth', scope: 'key' }
  if (has(ACCOUNT_RATE_CODES)) return { class: 'rate', scope: 'key' }
  if (has(RATE_CODES)) return { class: 'rate', scope: 'model' }
  return null
}

/** A part after the dot narrows a code down, as in `Throttling.RateQuota`. */
function holds(all: readonly string[], set: ReadonlySet<string>): boolean {
  return all.some((code) => set.has(code) || set.has(code.split('.')[0] as string))
}

/** A reply with an error status. `html`: its body is a page, so it comes from something in front of the API. */
export function judgeStatus(status: number, error: ErrorCodes, html = false): FailureVerdict {
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
    // 424: what failed is something that the upstream itself relies on, such as the model (Bedrock). 499: Google
    // cancelled the call, or a gateway in between lost its own client.
    case 408:
    case 424:
    case 425:
    case 499:
      return { class: 'server', scope: 'model' }
    // Not implemented there, as embeddings at a server of a chat model; elsewhere it may be. The method is the gateway's.
    case 405:
    case 501:
      return { class: 'model', scope: 'request' }
    // Groq has no capacity left.
    case 498:
      return { class: 'rate', scope: 'model' }
    case 429:
      return { class: 'rate', scope: html ? 'host' : 'model' }
  }
  return status >= 400 && status < 500
    ? { class: 'client', scope: 'request' }
    : { class: 'server', scope: 'model' }
}

/** An error inside a reply that began with 200 has no status of its own, but often names one as its code. */
export function judgeErrorBody(error: ErrorCodes): FailureVerdict {
  const named = byCodes(error)
  if (named !== null) return named
  const status = error.codes.map(Number).find((code) => code >= 400 && code < 600)
  if (status !== undefined) return judgeStatus(status, { codes: [], types: error.types })
  return holds([...error.codes, ...error.types].map(canonical), CLIENT_CODES)
    ? { class: 'client', scope: 'request' }
    : { class: 'server', scope: 'model' }
}

/** Neither a repeated status nor a sentence, which xAI sends as its code. */
function isWord(code: string): boolean {
  return !/^\d+$/.test(code) && !/\s/.test(code)
}
