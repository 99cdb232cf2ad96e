/** Codes that upstreams choose: an unknown one falls back to the status, whatever its name. */
import { expect, test } from 'bun:test'
import { readError as readAnthropic } from './anthropic/errors.ts'
import { anthropic } from './anthropic/protocol.ts'
import { kindOfReport } from './error-kind.ts'
import { gemini } from './gemini/protocol.ts'
import { neutralError } from './openai/neutral-error.ts'
import { responses } from './responses/protocol.ts'

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

test('an object that is not there, which OpenAI reports without a code, is missing in each format', () => {
  const type = 'invalid_request_error'
  const report = { message: 'no', type, code: null, param: null, status: 404 }
  expect(JSON.parse(responses.writeError(report, 'r')).error).toMatchObject({ type, code: null })
  expect(JSON.parse(anthropic.writeError(report, 'r')).error.type).toBe('not_found_error')
  expect(JSON.parse(gemini.writeError(report, 'r')).error.status).toBe('NOT_FOUND')
})

test("a client of Responses gets an upstream's own type, code and further fields", () => {
  const report = {
    message: 'upstream main: no such response',
    type: 'invalid_request_error',
    code: 'previous_response_not_found',
    param: 'previous_response_id',
    further: { hint: 'send it all' },
    status: 400,
  }
  expect(JSON.parse(responses.writeError(report, 'r')).error).toMatchObject({
    type: report.type,
    code: report.code,
    param: report.param,
    hint: 'send it all',
  })
})
