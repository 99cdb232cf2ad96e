/** Addresses that may and may not be an upstream's. */
import { expect, test } from 'bun:test'
import { readBaseUrl } from './base-url.ts'

test.each([
  ['https://api.openai.com/v1/', 'https://api.openai.com/v1'],
  ['HTTP://LocalHost:11434', 'http://localhost:11434'],
  ['http://[::1]:8080/v1', 'http://[::1]:8080/v1'],
  ['http://100.100.100.201', 'http://100.100.100.201'],
  ['https://metadata.google.com', 'https://metadata.google.com'],
])('%s is taken as %s', (text, url) => {
  expect(readBaseUrl(text)).toEqual({ ok: true, url })
})

test.each([
  '',
  'api.openai.com/v1',
  'ftp://example.com',
  'https://user@example.com',
  'https://:pass@example.com',
  'https://example.com/v1?',
  'https://example.com/v1#x',
  'http://169.254.169.254/latest',
  'http://2852039166/',
  'http://[::ffff:169.254.169.254]/',
  'http://[fe80::1]/',
  'http://metadata.google.internal/',
  'http://metadata.goog./computeMetadata/v1',
  'http://100.100.100.200/latest/meta-data',
  'http://[::ffff:100.100.100.200]/',
  'http://[fd00:EC2:0::254]/latest',
])('%s is refused', (text) => {
  expect(readBaseUrl(text).ok).toBe(false)
})
