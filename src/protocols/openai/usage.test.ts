/** Usage by example. */
import { describe, expect, test } from 'bun:test'
import { readUsage } from './usage.ts'

describe('usage', () => {
  test('reads all kinds of tokens', () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 15,
      prompt_tokens_details: { cached_tokens: 4, audio_tokens: 1 },
      completion_tokens_details: { reasoning_tokens: 2, audio_tokens: 1 },
    }
    expect(readUsage(usage)).toEqual({
      promptTokens: 10,
      completionTokens: 5,
      totalTokens: 15,
      cacheWriteTokens: 0,
      cacheWrite1hTokens: 0,
      cachedTokens: 4,
      reasoningTokens: 2,
      audioTokens: 2,
      audioOutputTokens: 1,
      estimated: false,
    })
  })

  test.each([
    [null],
    [{}],
    [{ prompt_tokens: -1 }],
    [{ prompt_tokens: 1.5 }],
    [{ prompt_tokens: 1e300 }],
    [{ prompt_tokens: '3' }],
    [[]],
  ])('does not believe %j', (usage) => {
    expect(readUsage(usage)).toBeNull()
  })
})
