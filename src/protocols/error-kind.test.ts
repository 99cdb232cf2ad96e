/** Codes that upstreams choose: an unknown one falls back to the status, whatever its name. */
import { expect, test } from 'bun:test'
import { readError as readAnthropic } from './anthropic/errors.ts'
import { kindOfReport } from './error-kind.ts'
import { neutralError } from './openai/neutral-error.ts'

test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', 'no_such_code'])(
  'the unknown code %s has the kind of its status',
  (code) => {
    const reported = { message: 'no', code, type: null, param: null, own: {} }
    expect(neutralError(429, reported).kind).toBe('rate')
    expect(readAnthropic(404, { error: { type: code, message: 'no' } }).kind).toBe('missing')
    const report = { message: 'no', type: 'rate_limit_error', code, param: null }
    expect(kindOfReport(report as Parameters<typeof kindOfReport>[0])).toBe('rate')
  },
)

test("an upstream's refusal with an unknown code and type has the kind of its status", () => {
  const report = { message: 'no', type: 'BadRequest', code: 'ContentRisk', param: null }
  expect(kindOfReport(report)).toBe('broken')
  expect(kindOfReport({ ...report, status: 400 })).toBe('invalid')
  expect(kindOfReport({ ...report, status: 413 })).toBe('large')
})
