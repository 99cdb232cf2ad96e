/** What the numbers and words mean that vendors put into their errors, from the body as they send it to the verdict. */
import { describe, expect, test } from 'bun:test'
import { readError } from '../../protocols/openai/read-error.ts'
import { codesOf } from './error-codes.ts'
import { judgeErrorBody, judgeStatus } from './failure-scope.ts'

const ELSEWHERE = 'https://api.example.com/v1'

function judged(status: number, body: unknown, baseUrl = ELSEWHERE): string {
  const error = readError(body)
  expect(error).not.toBeNull()
  const codes = codesOf(error, baseUrl)
  const verdict = status === 200 ? judgeErrorBody(codes) : judgeStatus(status, codes)
  return `${verdict.class}/${verdict.scope}`
}

const minimax = (code: number) => ({
  id: '0621',
  choices: null,
  base_resp: { status_code: code, status_msg: 'm' },
})

describe('MiniMax answers with 200 and a number', () => {
  test.each([
    [1000, 'server/model'],
    [1001, 'server/model'],
    [1002, 'rate/model'],
    [1004, 'auth/key'],
    [1008, 'quota/key'],
    [1026, 'filter/request'],
    [1027, 'filter/request'],
    [1033, 'server/model'],
    [1039, 'rate/model'],
    [2013, 'client/request'],
    [2049, 'auth/key'],
    [2056, 'rate/model'],
    [2061, 'model/model'],
  ])('%i: %s', (code, expected) => {
    expect(judged(200, minimax(code))).toBe(expected)
  })
})

describe('Zhipu names a number as text', () => {
  test.each([
    [401, '1002', 'auth/request'],
    [401, '1004', 'auth/request'],
    [429, '1113', 'quota/key'],
    [403, '1112', 'auth/key'],
    [400, '1211', 'model/model'],
    [400, '1214', 'client/request'],
    [400, '1261', 'context/request'],
    [400, '1301', 'filter/request'],
    [429, '1302', 'rate/model'],
    [429, '1308', 'rate/model'],
    [200, '1305', 'rate/model'],
    [200, '1301', 'filter/request'],
    [200, '1113', 'quota/key'],
    [200, '1214', 'client/request'],
    [500, '1234', 'server/model'],
  ])('with %i, %s: %s', (status, code, expected) => {
    expect(judged(status, { error: { code, message: 'm' } })).toBe(expected)
  })
})

describe('Baidu answers with 200 and a number', () => {
  test.each([
    [4, 'rate/model'],
    [6, 'model/model'],
    [17, 'rate/model'],
    [18, 'rate/model'],
    [110, 'auth/key'],
    [111, 'auth/key'],
    [336000, 'server/model'],
    [336003, 'client/request'],
    [336100, 'server/model'],
    [336103, 'context/request'],
    [336501, 'rate/model'],
  ])('%i: %s', (code, expected) => {
    expect(judged(200, { error_code: code, error_msg: 'm', id: 'as-1' })).toBe(expected)
  })

  test.each([
    [401, 'invalid_iam_token', 'invalid_request_error', 'auth/key'],
    [403, 'account_overdue', 'access_denied', 'quota/key'],
    [403, 'model_offline', 'access_denied', 'model/model'],
    [400, 'tokens_too_long', 'invalid_request_error', 'context/request'],
    [403, 'system_unsafe', 'unsafe_request', 'filter/request'],
    [429, 'tpm_rate_limit_exceeded', 'rate_limit_exceeded', 'rate/model'],
  ])('Qianfan with %i: %s', (status, code, type, expected) => {
    expect(judged(status, { error: { code, type, message: 'm' }, id: 'as-1' })).toBe(expected)
  })
})

describe('DashScope', () => {
  const DASHSCOPE = 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1'
  test.each([
    [429, 'limit_requests', 'rate/model'],
    [429, 'Throttling.AllocationQuota', 'rate/model'],
    [403, 'AllocationQuota.FreeTierOnly', 'model/model'],
    [400, 'Arrearage', 'quota/key'],
    [401, 'InvalidApiKey', 'auth/key'],
    [400, 'data_inspection_failed', 'filter/request'],
    [404, 'ModelNotFound', 'model/model'],
    [200, 'InvalidParameter', 'client/request'],
  ])('with %i, %s: %s', (status, code, expected) => {
    expect(judged(status, { code, message: 'm', request_id: 'r' }, DASHSCOPE)).toBe(expected)
  })

  test('means a limit of tokens per minute by the code that means an empty account elsewhere', () => {
    const body = { error: { code: 'insufficient_quota', type: 'insufficient_quota', message: 'm' } }
    expect(judged(429, body, DASHSCOPE)).toBe('rate/model')
    expect(judged(429, body)).toBe('quota/key')
  })
})

const google = (code: number, status: string, reason?: string) => ({
  error: { code, status, message: 'm', details: reason === undefined ? [] : [{ reason }] },
})

describe('others', () => {
  test.each([
    [
      200,
      { Response: { Error: { Code: 'AuthFailure.SecretIdNotFound', Message: 'm' } } },
      'auth/key',
    ],
    [200, { Response: { Error: { Code: 'LimitExceeded', Message: 'm' } } }, 'rate/model'],
    [200, { code: 11200, message: 'm', sid: 's' }, 'model/model'],
    [200, { code: 10013, message: 'm', sid: 's' }, 'filter/request'],
    [200, { code: 11202, message: 'm', sid: 's' }, 'rate/model'],
    [200, { errcode: 'no', errmsg: 'm' }, 'server/model'],
    [429, { error: { type: 'engine_overloaded_error', message: 'm' } }, 'rate/model'],
    [401, { error: { type: 'insufficient_balance_error', message: 'm' } }, 'quota/key'],
    [403, { error: { code: 'AccountOverdueError', message: 'm' } }, 'quota/key'],
    [429, { error: { code: 'ServerOverloaded', message: 'm' } }, 'rate/model'],
    [403, google(403, 'PERMISSION_DENIED', 'CONSUMER_SUSPENDED'), 'auth/key'],
    [403, google(403, 'PERMISSION_DENIED', 'BILLING_DISABLED'), 'quota/key'],
    [403, google(403, 'PERMISSION_DENIED', 'SERVICE_DISABLED'), 'model/model'],
    [499, google(499, 'CANCELLED'), 'server/model'],
    [498, { error: { message: 'm', type: 'over_capacity' } }, 'rate/model'],
    [424, { message: 'm' }, 'server/model'],
    [403, { __type: 'AccessDeniedException', message: 'm' }, 'model/model'],
    [403, { __type: 'ExpiredTokenException', message: 'm' }, 'auth/key'],
    [400, { error: { message: 'm', type: 'budget_exceeded', code: '400' } }, 'quota/key'],
    [401, { error: { message: 'm', type: 'key_model_access_denied', code: '401' } }, 'model/model'],
  ])('%i %j: %s', (status, body, expected) => {
    expect(judged(status, body)).toBe(expected)
  })
})

test('an unknown number never counts against a key', () => {
  const ofKeys = new Set(['1113', '1309', '1110', '1111', '1112', '1121', '10005', '30001'])
  const ofBaidu = new Set(['13', '14', '110', '111'])
  for (let code = 600; code < 40_000; code++) {
    if (ofKeys.has(String(code))) continue
    expect(judged(200, { error: { code, message: 'm' } })).not.toEndWith('/key')
  }
  for (let code = 1; code < 400; code++) {
    if (code === 200 || ofBaidu.has(String(code))) continue
    expect(judged(200, { error_code: code, error_msg: 'm' })).not.toEndWith('/key')
  }
})
