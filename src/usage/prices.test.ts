/** What a request costs. */
import { expect, test } from 'bun:test'
import { NO_USAGE } from '../core/token-usage.ts'
import { costUsd, type Rates } from './prices.ts'

const RATES: Rates = {
  input: 2,
  output: 10,
  cached: 1,
  reasoning: 5,
  audioInput: 40,
  audioOutput: 80,
}
const USAGE = {
  ...NO_USAGE,
  promptTokens: 1_000_000,
  completionTokens: 500_000,
  totalTokens: 1_500_000,
  cachedTokens: 400_000,
  reasoningTokens: 100_000,
  audioTokens: 150_000,
  audioOutputTokens: 50_000,
}

test('each kind of token is paid at its own rate, and once', () => {
  // 0.5 M plain, 0.4 M cached, 0.1 M audio; 0.35 M plain, 0.1 M reasoning, 0.05 M audio.
  expect(costUsd(USAGE, RATES)).toBeCloseTo(1 + 0.4 + 4 + 3.5 + 0.5 + 4, 9)
})

test('cache writes cost their own rates, by lifetime', () => {
  const written = {
    ...NO_USAGE,
    promptTokens: 1_000_000,
    cacheWriteTokens: 300_000,
    cacheWrite1hTokens: 100_000,
  }
  expect(costUsd(written, { ...RATES, cacheWrite: 2.5, cacheWrite1h: 4 })).toBeCloseTo(
    1.4 + 0.5 + 0.4,
    9,
  )
  expect(costUsd(written, RATES)).toBeCloseTo(2, 9)
})

test('a kind without a rate of its own is paid as what it is a part of', () => {
  const plain = { ...RATES, cached: null, reasoning: null, audioInput: null, audioOutput: null }
  expect(costUsd(USAGE, plain)).toBeCloseTo(2 + 5, 9)
})

test('a long prompt is paid at the rate of its step, from the first token past its start', () => {
  const stepped = { ...RATES, input: { base: 2, tiers: [{ start: 1000, price: 4 }] } }
  const prompt = (promptTokens: number) =>
    costUsd({ ...NO_USAGE, promptTokens, totalTokens: promptTokens }, stepped)
  expect(prompt(1000)).toBeCloseTo(0.002, 12)
  expect(prompt(1001)).toBeCloseTo(0.004004, 12)
})

test('parts that are larger than their whole never make a price negative', () => {
  const odd = { ...NO_USAGE, promptTokens: 10, cachedTokens: 50, audioTokens: 9, totalTokens: 10 }
  expect(costUsd(odd, RATES)).toBeCloseTo(10 / 1e6, 12)
})
