/** The words for what upstreams report, and for what the gateway says when they do not answer. */
import { expect, test } from 'bun:test'
import { errorHint } from './error-hints.ts'

test.each([
  ['status 401, invalid_api_key', 'refuses this key'],
  ['status 403', 'refuses this key'],
  ['status 402', 'used up'],
  ['status 429, insufficient_quota', 'used up'],
  ['status 400, billing_not_active', 'used up'],
  ['status 429, rate_limit_exceeded', 'rate limit'],
  ['status 404, model_not_found', 'does not have this model'],
  ['status 503', 'error of its own'],
  ['status 529, overloaded_error', 'error of its own'],
  ['status 400, invalid_request_error', 'refused the request itself'],
  ['status 200, but no list of models', 'broke off or could not be read'],
  ['an error in a reply that began with status 200 (server_error)', 'broke off'],
  ['it ended the stream too early', 'broke off'],
  ['the connection broke off before the reply was complete', 'broke off'],
  ['it fell silent in the middle of the stream', 'did not answer in time'],
  ['no answer within 30000 ms', 'did not answer in time'],
  ['TLS failed: CERT_HAS_EXPIRED', 'check its certificate'],
  ['connection refused', "can't reach"],
  ['its name could not be resolved', "can't reach"],
  ['the connection was closed before a reply', "can't reach"],
  ['the outgoing proxy 10.0.0.1:3128 failed: connection refused', "can't reach"],
  ['it does not speak HTTP/2', "can't reach"],
])('%p is explained', (lastError, words) => {
  expect(errorHint(lastError, 'en')).toContain(words)
  expect(errorHint(lastError, 'zh')).toMatch(/\p{Script=Han}/u)
})

test('an error that is not known has no hint, and neither has none', () => {
  expect(errorHint('something new', 'en')).toBeNull()
  expect(errorHint(null, 'zh')).toBeNull()
})
