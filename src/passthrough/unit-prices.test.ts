/** Prices of what is not paid by the token. */
import { expect, test } from 'bun:test'
import { toolCostUsd, unitCostUsd } from './unit-prices.ts'

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
  ['video', 'veo-3.1-generate-preview', {}, 8, 3.2],
  ['video', 'veo-3.1-generate-001', { parameters: { resolution: '4k' } }, 8, 4.8],
  ['video', 'veo-3.1-fast-generate-preview', { parameters: { resolution: null } }, 8, 0.8],
  ['video', 'veo-3.1-fast-generate-preview', { parameters: { resolution: '1080p' } }, 8, 0.96],
  ['video', 'veo-3.1-fast-generate-preview', { parameters: { resolution: '4K' } }, 8, 2.4],
  ['video', 'veo-3.1-lite-generate-preview', { parameters: {} }, 8, 0.4],
  ['video', 'veo-3.1-lite-generate-preview', { parameters: { resolution: '1080p' } }, 8, 0.64],
] as const)('%s of %s with %j', (meter, model, request, units, usd) => {
  expect(unitCostUsd(meter, model, request, units)).toBeCloseTo(usd, 10)
})

test('a model without a known price has none', () => {
  expect(unitCostUsd('images', 'flux', {}, 1)).toBeNull()
  // Lite makes no 4k videos.
  const resolution = '4k'
  expect(unitCostUsd('video', 'veo-3.1-lite', { parameters: { resolution } }, 8)).toBeNull()
})

test("vendors' tools have prices at the vendor itself", () => {
  const tools = [
    { kind: 'searches', count: 2 },
    { kind: 'codeSessions', count: 1 },
  ] as const
  expect(toolCostUsd('openai', 'gpt-5.1', tools)).toBeCloseTo(0.05, 10)
  expect(toolCostUsd('azure', 'gpt-5.1', tools)).toBeNull()
  expect(toolCostUsd('openai', 'gpt-4o', tools)).toBeNull()
  expect(toolCostUsd('openai', 'gpt-4o', [])).toBe(0)
})
