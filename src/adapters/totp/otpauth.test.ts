/** One-time passwords match RFC 6238. */
import { expect, test } from 'bun:test'
import { otpauth } from './otpauth.ts'

/** RFC 6238, appendix B: the ASCII secret 12345678901234567890; the last six digits of each code count. */
const RFC_SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

test('codes are those of RFC 6238', () => {
  expect(otpauth.stepOf(RFC_SECRET, '287082', 59_000)).toBe(1)
  expect(otpauth.stepOf(RFC_SECRET, '081804', 1_111_111_109_000)).toBe(37_037_036)
})

test('a code is good one step early or late, and not two', () => {
  expect(otpauth.stepOf(RFC_SECRET, '287082', 89_000)).toBe(1)
  expect(otpauth.stepOf(RFC_SECRET, '287082', 29_000)).toBe(1)
  expect(otpauth.stepOf(RFC_SECRET, '287082', 121_000)).toBeNull()
})

test('the address for apps names the issuer and the user', () => {
  const uri = otpauth.uri(otpauth.newSecret(), 'alice')
  expect(uri).toStartWith('otpauth://totp/GPT%20Proxy:alice?')
  expect(uri).toContain('issuer=GPT%20Proxy')
})
