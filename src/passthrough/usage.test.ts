/** What is read out of vendors' replies about their cost. */
import { describe, expect, test } from 'bun:test'
import { tokensIn, usedBy } from './usage.ts'

describe('tokens', () => {
  test.each([
    [{ usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 } }, [3, 4, 7]],
    [{ usage: { prompt_tokens: 3, total_tokens: 3 } }, [3, 0, 3]],
    [{ usage: { total_tokens: 9 } }, [9, 0, 9]],
    [
      { type: 'response.completed', response: { usage: { input_tokens: 1, output_tokens: 2 } } },
      [1, 2, 3],
    ],
    [{ meta: { tokens: { input_tokens: 5, output_tokens: 0 } } }, [5, 0, 5]],
  ])('of %j', (reply, [input = 0, output = 0, total = 0]) => {
    expect(tokensIn(reply)).toMatchObject({
      promptTokens: input,
      completionTokens: output,
      totalTokens: total,
    })
  })

  test.each([
    null,
    'text',
    {},
    { usage: null },
    { usage: { input_tokens: -1 } },
    { usage: { type: 'duration', seconds: 4 } },
  ])('are not in %j', (reply) => {
    expect(tokensIn(reply)).toBeNull()
  })

  test('are counted by kind', () => {
    const usage = {
      input_tokens: 10,
      output_tokens: 6,
      input_tokens_details: { cached_tokens: 4, audio_tokens: 2 },
      output_tokens_details: { reasoning_tokens: 1, audio_tokens: 3 },
    }
    expect(tokensIn({ usage })).toMatchObject({
      cachedTokens: 4,
      reasoningTokens: 1,
      audioTokens: 5,
      audioOutputTokens: 3,
    })
  })
})

describe('units', () => {
  test('are images, characters or seconds', () => {
    expect(usedBy('images', {}, { data: [{}, {}] }).units).toBe(2)
    expect(usedBy('characters', { input: 'a𝒳c' }, null).units).toBe(3)
    expect(usedBy('seconds', {}, { usage: { type: 'duration', seconds: 4 } }).units).toBe(4)
    expect(usedBy('seconds', {}, { duration: 8.5 }).units).toBe(8.5)
    expect(usedBy('pages', {}, { usage_info: { pages_processed: 3 } }).units).toBe(3)
    expect(usedBy('video', { seconds: '8' }, { status: 'queued' }).units).toBe(8)
  })

  test('are not counted next to tokens, nor if they are not reported', () => {
    const usage = { input_tokens: 1, output_tokens: 1 }
    expect(usedBy('images', {}, { data: [{}], usage }).units).toBeNull()
    expect(usedBy('seconds', {}, { text: 'Hello' }).units).toBeNull()
    expect(usedBy('unpriced', {}, {}).units).toBeNull()
  })
})
