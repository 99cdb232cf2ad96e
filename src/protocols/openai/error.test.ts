/** Failures by example. */
import { describe, expect, test } from 'bun:test'
import { classifyCode, classifyStatus } from './error.ts'

describe('failures', () => {
  test.each([
    [401, null, 'auth'],
    [403, null, 'auth'],
    [403, 'invalid_request_error', 'auth'],
    [403, 'model_not_found', 'client'],
    [403, 'content_filter', 'client'],
    [401, 'model_not_found', 'auth'],
    [402, null, 'quota'],
    [429, 'insufficient_quota', 'quota'],
    [429, 'rate_limit_exceeded', 'rate'],
    [429, null, 'rate'],
    [400, 'billing_hard_limit_reached', 'client'],
    [404, null, 'client'],
    [408, null, 'server'],
    [500, null, 'server'],
    [529, 'overloaded_error', 'server'],
    [302, null, 'server'],
  ] as const)('status %i with code %p is %s', (status, code, expected) => {
    expect(classifyStatus(status, code)).toBe(expected)
  })

  test('an error event is classified by its code alone', () => {
    expect(
      [
        'rate_limit_exceeded',
        'insufficient_quota',
        'context_length_exceeded',
        'whatever',
        null,
      ].map(classifyCode),
    ).toEqual(['rate', 'quota', 'client', 'server', 'server'])
  })
})
