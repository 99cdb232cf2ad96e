/** The waits that vendors name, wherever they put them. */
import { expect, test } from 'bun:test'
import { readRetryAfterMs } from './retry-after.ts'

const NOW = Date.UTC(2026, 0, 1)
const read = (headers: Record<string, string>, error: Record<string, unknown> | null = null) =>
  readRetryAfterMs((name) => headers[name] ?? null, NOW, error)

test.each([
  ['seconds', { 'retry-after': '3' }, 3000],
  ['a fraction', { 'retry-after': '7.66' }, 7660],
  ['milliseconds first', { 'retry-after-ms': '250', 'retry-after': '3' }, 250],
  ["Azure's milliseconds", { 'x-ms-retry-after-ms': '18000' }, 18_000],
  ['a date', { 'retry-after': 'Thu, 01 Jan 2026 00:00:07 GMT' }, 7000],
  ['a date that is over', { 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
  ['a duration', { 'retry-after': '1m20s' }, 80_000],
  ['an ISO time', { 'retry-after': '2026-01-01T00:00:09Z' }, 9_000],
  ['seconds since 1970 in place of a wait', { 'retry-after': String(NOW / 1000 + 25) }, 25_000],
  ['a policy that is used up (Hugging Face)', { ratelimit: '"api";r=0;t=55' }, 55_000],
  ['the longest of several', { ratelimit: '"a";r=0;t=5, "b"; r=0; t=60,"c";r=9;t=300' }, 60_000],
  ['no policy that is used up', { ratelimit: '"api";r=3;t=55' }, null],
  [
    'a limit per minute that is used up (Cerebras)',
    {
      'x-ratelimit-remaining-requests-day': '100',
      'x-ratelimit-reset-requests-day': '33011.382867',
      'x-ratelimit-remaining-tokens-minute': '0',
      'x-ratelimit-reset-tokens-minute': '11.5',
    },
    11_500,
  ],
  ['seconds after which the limit is reset', { 'x-ratelimit-reset-after': '4.5' }, 4_500],
  ['a negative number', { 'retry-after': '-1' }, null],
  ['a word', { 'retry-after': 'soon' }, null],
  ['nothing', {}, null],
  [
    'the limit that is used up (OpenAI)',
    {
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '1m20s',
      'x-ratelimit-remaining-tokens': '100',
      'x-ratelimit-reset-tokens': '6h',
    },
    80_000,
  ],
  [
    'the limit that is used up (Anthropic)',
    {
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:30Z',
    },
    30_000,
  ],
  ['the nearest, if none says that it is used up', { 'x-ratelimit-reset-tokens': '250ms' }, 250],
  ['seconds since 1970', { 'x-ratelimit-reset': String(NOW / 1000 + 12) }, 12_000],
  ['milliseconds since 1970', { 'x-ratelimit-reset': String(NOW + 12_000) }, 12_000],
] as const)('%s', (_, headers, expected) => {
  expect(read(headers as Record<string, string>)).toBe(expected as number)
})

test("Google's delay is in the error", () => {
  const details = [{ reason: 'RATE_LIMIT_EXCEEDED' }, { retryDelay: '34.5s' }]
  expect(read({}, { details })).toBe(34_500)
  expect(read({ 'retry-after': '3' }, { details })).toBe(3_000)
  expect(read({}, { details: 'none' })).toBeNull()
})

test.each([
  ['in seconds', { retry_after: 12.5 }, 12_500],
  ['as text', { retry_after: '20' }, 20_000],
  ['in milliseconds', { retry_after_ms: 750, retry_after: 9 }, 750],
  ['in camel case', { retryAfter: 8 }, 8_000],
  ['in its parameters', { parameters: { retry_after: 35 } }, 35_000],
  ['in its metadata', { metadata: { retry_after_seconds: 6 } }, 6_000],
  [
    'in the headers that OpenRouter passes on',
    {
      metadata: {
        headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(NOW + 42_000) },
      },
    },
    42_000,
  ],
  ['with a word', { retry_after: 'soon' }, null],
  ['with nothing usable', { metadata: { headers: 'none' }, details: null }, null],
] as const)('the error says it: %s', (_, error, expected) => {
  expect(read({}, error)).toBe(expected as number)
})
