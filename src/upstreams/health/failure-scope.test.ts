/** What vendors' errors mean: the class decides what is tried next, the scope what it counts against. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { judgeErrorBody, judgeStatus } from './failure-scope.ts'

const error = (code: string | null, type: string | null = null) => ({
  codes: code === null ? [] : [code],
  types: type === null ? [] : [type],
})

test.each([
  ['a moderated prompt (OpenRouter)', 403, error('403'), 'auth/request'],
  ['a page of a web application firewall', 403, error(null), 'auth/request'],
  ['missing scopes (OpenAI)', 401, error(null, 'invalid_request_error'), 'auth/request'],
  ['a method that the upstream lacks', 405, error(null), 'model/request'],
  ['a wrong key (OpenAI)', 401, error('invalid_api_key'), 'auth/key'],
  ['a wrong key (Anthropic)', 401, error(null, 'authentication_error'), 'auth/key'],
  [
    'a wrong key sent as 400 (Google)',
    400,
    error('API_KEY_INVALID', 'INVALID_ARGUMENT'),
    'auth/key',
  ],
  ['credits for a large request (OpenRouter)', 402, error('402'), 'quota/request'],
  ['no money (OpenAI)', 429, error('insufficient_quota'), 'quota/key'],
  ['a billing limit sent as 400 (OpenAI)', 400, error('billing_hard_limit_reached'), 'quota/key'],
  ['a model that the project lacks', 403, error('model_not_found'), 'model/model'],
  ['a deployment that is not there (Azure)', 404, error('DeploymentNotFound'), 'model/model'],
  ['a model that is not allowed', 401, error('model_not_allowed'), 'model/model'],
  ['a 404 that names only itself (vLLM)', 404, error('404', 'NotFoundError'), 'model/model'],
  ['a 404 without a code (Ollama)', 404, error(null, 'api_error'), 'model/model'],
  ['something else that is not there', 404, error('previous_response_not_found'), 'client/request'],
  ['a limit of one model', 429, error('rate_limit_exceeded', 'requests'), 'rate/model'],
  ['a limit of one model (Google)', 429, error('429', 'RESOURCE_EXHAUSTED'), 'rate/model'],
  ['a limit of the account', 429, error('AccountRateLimitExceeded'), 'rate/key'],
  ['a prompt that is too long', 400, error('context_length_exceeded'), 'context/request'],
  ['a filtered prompt (Azure)', 400, error('content_filter'), 'filter/request'],
  ['a bad parameter', 400, error(null, 'invalid_request_error'), 'client/request'],
  ['a code that talks of money in a 5xx', 500, error('insufficient_quota'), 'server/model'],
  ['overloaded', 529, error(null, 'overloaded_error'), 'server/model'],
  ['no money, in capitals', 429, error('INSUFFICIENT-QUOTA'), 'quota/key'],
  ['no money (SiliconFlow)', 403, error('30001'), 'quota/key'],
  ['no money (Tencent)', 400, error('FailedOperation.ServiceStopUnpaid'), 'quota/key'],
  ['a wrong key (Tencent)', 400, error('AuthFailure.SignatureFailure'), 'auth/key'],
  ['a limit of one model (DashScope)', 429, error('Throttling.RateQuota'), 'rate/model'],
  ['a limit of one model (Ark)', 429, error('RateLimitExceeded.EndpointTPMExceeded'), 'rate/model'],
  [
    'a filtered prompt (Ark)',
    400,
    error('SensitiveContentDetected.SevereViolation'),
    'filter/request',
  ],
  ['a model that is not bought (DashScope)', 403, error('AccessDenied.Unpurchased'), 'model/model'],
  ['a model that is not there (Zhipu)', 400, error('1211'), 'model/model'],
  ['rights that a key lacks (Azure)', 403, error('PermissionDenied'), 'model/model'],
  ['a 404 whose code is a sentence (xAI)', 404, error('Some entity was not found'), 'model/model'],
  ['a model that is not bought (Bedrock)', 403, error('AccessDeniedException'), 'model/model'],
  ['a model that is not there (Bedrock)', 404, error('ResourceNotFoundException'), 'model/model'],
  ['keys that are over (Bedrock)', 403, error('ExpiredTokenException'), 'auth/key'],
  ['a wrong secret (Bedrock)', 403, error('InvalidSignatureException'), 'auth/key'],
  ['a limit sent as 400 (Bedrock)', 400, error('ServiceQuotaExceededException'), 'rate/model'],
  ['a model that failed (Bedrock)', 424, error('ModelErrorException'), 'server/model'],
  ['an unknown code with a dot', 400, error('Something.Unknown'), 'client/request'],
  ['a prompt that is too long (Zhipu)', 400, error('1261'), 'context/request'],
  ['a redirect', 302, error(null), 'server/model'],
  [
    'a call that the server lacks (llama.cpp)',
    501,
    error('501', 'not_supported_error'),
    'model/request',
  ],
  ['a late request', 408, error(null), 'server/model'],
] as const)('%s', (_, status, codes, expected) => {
  const { class: kind, scope } = judgeStatus(status, codes)
  expect(`${kind}/${scope}`).toBe(expected)
})

test('a 429 with a page is a limit of the address', () => {
  expect(judgeStatus(429, error(null), true)).toEqual({ class: 'rate', scope: 'host' })
})

test.each([
  ['rate_limit_exceeded', null, 'rate/model'],
  ['insufficient_quota', null, 'quota/key'],
  ['429', null, 'rate/model'],
  ['403', null, 'auth/request'],
  ['529', 'overloaded_error', 'server/model'],
  ['validationException', null, 'client/request'],
  ['throttlingException', null, 'rate/model'],
  [null, 'invalid_request_error', 'client/request'],
  [null, null, 'server/model'],
  ['whatever', null, 'server/model'],
] as const)('an error in a reply with status 200: %p, %p', (code, type, expected) => {
  const { class: kind, scope } = judgeErrorBody(error(code, type))
  expect(`${kind}/${scope}`).toBe(expected)
})

test('a refusal without a known code never affects more than the request', () => {
  fc.assert(
    fc.property(fc.constantFrom(401, 402, 403), fc.string(), (status, text) => {
      const { scope } = judgeStatus(status, error(`x ${text}`, `y ${text}`))
      expect(scope).toBe('request')
    }),
  )
})
