/** Usage by example. */
import { describe, expect, test } from 'bun:test'
import { readUsage, usageIn } from './usage.ts'

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

test.each([
  ['OpenRouter', { prompt_tokens_details: { cache_write_tokens: 6 } }],
  ["a host of Anthropic's models", { cache_creation_input_tokens: 6 }],
])('cache writes that %s reports are read', (_, fields) => {
  expect(readUsage({ prompt_tokens: 9, completion_tokens: 1, ...fields })).toMatchObject({
    promptTokens: 9,
    cacheWriteTokens: 6,
  })
})

describe('usage of other spellings', () => {
  const counts = (usage: object) => {
    const read = readUsage(usage)
    if (read === null) return null
    const { promptTokens, completionTokens, totalTokens, cachedTokens, reasoningTokens } = read
    return [promptTokens, completionTokens, totalTokens, cachedTokens, reasoningTokens]
  }

  test.each([
    [
      'DeepSeek',
      { prompt_tokens: 9, completion_tokens: 1, prompt_cache_hit_tokens: 8 },
      [9, 1, 10, 8, 0],
    ],
    ['Moonshot', { prompt_tokens: 9, completion_tokens: 1, cached_tokens: 7 }, [9, 1, 10, 7, 0]],
    ['DashScope', { input_tokens: 9, output_tokens: 1, total_tokens: 10 }, [9, 1, 10, 0, 0]],
    [
      'Responses',
      {
        input_tokens: 9,
        output_tokens: 3,
        input_tokens_details: { cached_tokens: 4 },
        output_tokens_details: { reasoning_tokens: 2 },
      },
      [9, 3, 12, 4, 2],
    ],
    [
      'xAI, reasoning outside of the completion',
      {
        prompt_tokens: 9,
        completion_tokens: 1,
        total_tokens: 15,
        completion_tokens_details: { reasoning_tokens: 5 },
      },
      [9, 6, 15, 0, 5],
    ],
    [
      'reasoning inside',
      { prompt_tokens: 9, completion_tokens: 6, total_tokens: 15, reasoning_tokens: 5 },
      [9, 6, 15, 0, 5],
    ],
    ['a total alone', { total_tokens: 12 }, [12, 0, 12, 0, 0]],
    ['prompt and total', { prompt_tokens: 9, total_tokens: 12 }, [9, 3, 12, 0, 0]],
    ['completion and total', { completion_tokens: 3, total_tokens: 12 }, [9, 3, 12, 0, 0]],
    [
      'nulls',
      { prompt_tokens: 9, completion_tokens: null, prompt_tokens_details: null },
      [9, 0, 9, 0, 0],
    ],
  ])('%s', (_, usage, expected) => {
    expect(counts(usage)).toEqual(expected)
  })

  test('of zeros alone is not a usage', () => {
    expect(readUsage({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 })).toBeNull()
  })

  const USAGE = { prompt_tokens: 2, completion_tokens: 1 }
  test.each([
    ['beside the choices', { choices: [], usage: USAGE }],
    ['in the last choice', { choices: [{ index: 0 }, { index: 1, usage: USAGE }] }],
    ['in x_groq', { choices: [], x_groq: { usage: USAGE } }],
    ['in the message', { choices: [{ message: { content: '', usage: USAGE } }] }],
    ['as usage_metadata', { choices: [], usage_metadata: { input_tokens: 2, output_tokens: 1 } }],
    [
      'as usageMetadata',
      { choices: [], usageMetadata: { promptTokenCount: 2, candidatesTokenCount: 1 } },
    ],
    ['as token_usage', { choices: [], token_usage: USAGE }],
    ["in Cohere's usage", { usage: { tokens: { input_tokens: 2, output_tokens: 1 } } }],
    ['in meta', { meta: { billed_units: { input_tokens: 2, output_tokens: 1 } } }],
    ["as Ollama's own", { done: true, prompt_eval_count: 2, eval_count: 1 }],
    ['as timings', { choices: [], timings: { prompt_n: 1, cache_n: 1, predicted_n: 1 } }],
  ])('%s is found', (_, value) => {
    expect(usageIn(value)?.totalTokens).toBe(3)
  })

  test('tokens nested without end are not followed', () => {
    let usage: object = {}
    for (let depth = 0; depth < 100_000; depth++) usage = { tokens: usage }
    expect(readUsage(usage)).toBeNull()
  })
})
