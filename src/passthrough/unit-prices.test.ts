/** Prices of what is not paid by the token. */
import { expect, test } from 'bun:test'
import { unitCostUsd } from './unit-prices.ts'

test.each([
  ['characters', 'tts-1', {}, 1_000_000, 15],
  ['characters', 'tts-1-hd-1106', {}, 1_000_000, 30],
  ['seconds', 'whisper-1', {}, 60, 0.006],
  ['images', 'dall-e-3', {}, 2, 0.08],
  ['images', 'dall-e-3', { size: '1792x1024' }, 1, 0.08],
  ['images', 'dall-e-3', { quality: 'hd', size: '1792x1024' }, 1, 0.12],
  ['images', 'dall-e-2', { size: '512x512' }, 1, 0.018],
  ['video', 'sora-2', { seconds: '8' }, 8, 0.8],
  ['video', 'sora-2-pro', { size: '1792x1024' }, 4, 2],
] as const)('%s of %s with %j', (meter, model, request, units, usd) => {
  expect(unitCostUsd(meter, model, request, units)).toBeCloseTo(usd, 10)
})

test('a model without a known price has none', () => {
  expect(unitCostUsd('images', 'flux', {}, 1)).toBeNull()
  expect(unitCostUsd('unpriced', 'tts-1', {}, 1)).toBeNull()
})
