/** What is an error in a body, and what is none. */
import { describe, expect, test } from 'bun:test'
import { readError } from './read-error.ts'

describe('an answer is not an error', () => {
  test.each([
    [{ choices: [], error: null }],
    [{ choices: [{ message: { content: 'x' } }], code: 200, message: 'ok' }],
    [{ id: 'm', object: 'model', owned_by: 'x' }],
    [{ object: 'list', data: [] }],
    [{ data: [{ embedding: [1] }], message: 'ok' }],
    [{ code: 0, msg: 'success', data: {} }],
    [{ error_code: 0, error_msg: '', result: 'x', id: 'as-1' }],
    [{ base_resp: { status_code: 0, status_msg: 'success' }, choices: [] }],
    [{ error: '' }],
    [{ error: {} }],
    [{ object: 'fine_tuning.job', id: 'f', error: {}, data: { error: null } }],
    [[{ id: 'a' }, { id: 'b' }]],
    [[]],
    [null],
    ['text'],
    [7],
  ])('%j', (value) => {
    expect(readError(value)).toBeNull()
  })
})

describe('an error is found with its code', () => {
  test.each([
    [{ error: { message: 'no', code: 'x', type: 't', param: 'p' } }, 'no', 'x'],
    [{ error: { message: 'no', code: 429 } }, 'no', '429'],
    [{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'no' } }, 'no', '429'],
    [{ error: 'no', code: 'x' }, 'no', 'x'],
    [{ error: { message: 'no' }, status: 404 }, 'no', '404'],
    [{ success: false, errors: [{ code: 7003, message: 'no' }] }, 'no', '7003'],
    [{ choices: [{ error: { message: 'no', code: 502 }, finish_reason: 'error' }] }, 'no', '502'],
    [{ base_resp: { status_code: 1008, status_msg: 'no' }, choices: null }, 'no', '1008'],
    [{ fault: { faultstring: 'no', detail: { errorcode: 'x' } } }, 'no', null],
    [{ error_code: 17, error_msg: 'no', id: 'as-1' }, 'no', '17'],
    [{ errcode: 3, errmsg: 'no', data: null }, 'no', '3'],
    [{ Response: { Error: { Code: 'x', Message: 'no' }, RequestId: 'r' } }, 'no', 'x'],
    [{ detail: { message: 'no' } }, 'no', null],
    [{ error: { message: { detail: 'no' } } }, 'no', null],
    [{ error: '{"message":"no","code":"x"}' }, 'no', 'x'],
    [{ error: '{not JSON' }, '{not JSON', null],
    [{ ok: false, error_code: 400, description: 'no' }, 'no', '400'],
    [{ reason: 'no' }, 'no', null],
    [{ exception: 'no' }, 'no', null],
    [{ data: { error: { message: 'no' } }, code: 7 }, 'no', '7'],
    [
      { error: { message: 'Provider failed', code: 400, metadata: { raw: '{"error":"no"}' } } },
      'Provider failed: no',
      '400',
    ],
    [
      { error: { message: 'Provider failed', metadata: { raw: 'no', provider_name: 'x' } } },
      'Provider failed: no',
      null,
    ],
  ])('%j', (value, message, code) => {
    expect(readError(value)).toMatchObject({ message, code })
  })
})

test('endless nesting is rejected, not followed', () => {
  let value: unknown = 'deep'
  for (let depth = 0; depth < 1_000; depth++) value = { error: { message: value } }
  expect(readError(value)?.message).toBeNull()
})
