/** Addresses that may and may not be an upstream's. */
import { expect, test } from 'bun:test'
import { readBaseUrl } from './base-url.ts'

test.each([
  ['https://api.openai.com/v1/', 'https://api.openai.com/v1'],
  ['HTTP://LocalHost:11434', 'http://localhost:11434'],
  ['http://[::1]:8080/v1', 'http://[::1]:8080/v1'],
  ['http://100.100.100.201', 'http://100.100.100.201'],
  ['https://metadata.google.com', 'https://metadata.google.com'],
])('%s is read as %s', (text, url) => {
  expect(readBaseUrl(text)).toEqual({ ok: true, url })
})

test.each([
  'http://169.254.169.254/latest',
  'http://169.254.170.2/v1',
  'http://2852039166/',
  'http://0xa9fea9fe/',
  'http://0xa9.0xfe.0xa9.0xfe/',
  'http://0251.0376.0251.0376/',
  'http://169.254.43518/',
  'http://[::ffff:169.254.169.254]/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[0:0:0:0:0:FFFF:A9FE:A9FE]:80/',
  'http://[fe80::1]/',
  'http://[febf::1]/',
  'http://metadata.google.internal/',
  'http://METADATA.google.internal./',
  'https://１６９.254.169.254/',
  'http://metadata.goog./computeMetadata/v1',
  'http://100.100.100.200/latest/meta-data',
  'http://[::ffff:100.100.100.200]/',
  'http://[fd00:EC2:0::254]/latest',
])('%s is refused as a place of credentials', (text) => {
  expect(readBaseUrl(text)).toEqual({
    ok: false,
    reason: 'its host is a link-local or metadata address',
  })
})

test.each([
  'http://127.0.0.1:11434/v1',
  'http://10.0.0.7/v1',
  'http://192.168.1.20:8000',
  'http://[fd12:3456::1]/v1',
  'http://169.253.1.1',
  'http://models.internal',
])('%s is in a private network, where upstreams may be', (text) => {
  expect(readBaseUrl(text)).toEqual({ ok: true, url: text })
})

test.each([
  '',
  'api.openai.com/v1',
  'ftp://example.com',
  'https://user@example.com',
  'https://:pass@example.com',
  'https://example.com/v1?',
  'https://example.com/v1#x',
  'https://example.com/v1 ',
  'https://example.com/v1\nX-Injected: 1',
  'https://exam\tple.com/v1',
  'https://example.com/v1\u0000',
])('%j is refused', (text) => {
  expect(readBaseUrl(text).ok).toBe(false)
})

test.each([
  'https://api.example.com/v1/chat/completions',
  'https://api.example.com/v1/completions/',
  'https://api.example.com/v1/models',
])('%s is refused with the base URL that was meant', (text) => {
  const read = readBaseUrl(text)
  expect(read.ok ? '' : read.reason).toContain('before it: https://api.example.com/v1')
})
