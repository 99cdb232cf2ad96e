/** Which limits apply to a request, and what the client learns about them. */
import { describe, expect, test } from 'bun:test'
import { addLimitHeaders, goDuration } from './headers.ts'
import { limitRefusal } from './refusals.ts'
import { limitsOf } from './rules.ts'

const DEFAULTS = { keyRpm: 60, keyTpm: 0, ipRpm: 0, ipTpm: 1_000 }
const key = (rpm: number | null = null, tpm: number | null = null) => ({ id: 7, rpm, tpm })
const names = (limits: ReturnType<typeof limitsOf>) =>
  limits.map(({ counter, limit, amount }) => [counter, limit, amount])

describe('the limits of a request', () => {
  test("are the key's own, or the defaults if it has none", () => {
    expect(names(limitsOf(DEFAULTS, key(), null, 40))).toEqual([['key:7:rpm', 60, 1]])
    expect(names(limitsOf(DEFAULTS, key(5, 900), '192.0.2.1', 40))).toEqual([
      ['key:7:rpm', 5, 1],
      ['key:7:tpm', 900, 40],
      ['ip:192.0.2.1:tpm', 1_000, 40],
    ])
  })

  test('are none if the number is 0, even the key’s own', () => {
    expect(limitsOf(DEFAULTS, key(0, 0), null, 40)).toEqual([])
  })
})

const limits = limitsOf({ ...DEFAULTS, keyTpm: 500, ipRpm: 10 }, key(), '192.0.2.1', 40)

describe('the headers', () => {
  test('tell of the tightest limit of each kind, as OpenAI writes them', () => {
    const states = [
      { used: 3, resetMs: 60_500, waitMs: 0 },
      { used: 480, resetMs: 1_000, waitMs: 0 },
      { used: 9, resetMs: 59_001.2, waitMs: 0 },
      { used: 600, resetMs: 20, waitMs: 0 },
    ]
    const headers = {}
    addLimitHeaders(headers, limits, states)
    expect(headers).toEqual({
      'x-ratelimit-limit-requests': '10',
      'x-ratelimit-remaining-requests': '1',
      'x-ratelimit-reset-requests': '59.002s',
      'x-ratelimit-limit-tokens': '500',
      'x-ratelimit-remaining-tokens': '20',
      'x-ratelimit-reset-tokens': '1s',
    })
  })

  test.each([
    [0, '0s'],
    [20, '20ms'],
    [999.1, '1s'],
    [1_500, '1.5s'],
    [60_000, '1m0s'],
    [61_002, '1m1.002s'],
    [3_600_000, '1h0m0s'],
  ])('write %d ms as %s', (ms, text) => {
    expect(goDuration(ms)).toBe(text)
  })
})

describe('a refusal', () => {
  const states = (waits: number[]) => waits.map((waitMs) => ({ used: 55, resetMs: 60_000, waitMs }))

  test('names the limit that resets last, its figures, and when to retry', () => {
    const error = limitRefusal(limits, states([0, 12_345.6, 300, 0]))
    expect([error.code, error.status]).toEqual(['rate_limit_exceeded', 429])
    expect(error.message).toBe(
      'gateway: this proxy key may use 500 tokens a minute (TPM); 55 are used and this request asks for about 40 more. Come back in 12.346 s.',
    )
    expect(error.headers).toEqual({ 'retry-after': '13', 'retry-after-ms': '12346' })
  })

  test('of a request that can never pass tells clients not to retry', () => {
    const error = limitRefusal(limits, states([0, 0, 0, Number.POSITIVE_INFINITY]))
    expect(error.message).toContain(
      'the address 192.0.2.1 may use 1000 tokens a minute, so it can never pass',
    )
    expect(error.headers).toEqual({ 'x-should-retry': 'false' })
  })
})
