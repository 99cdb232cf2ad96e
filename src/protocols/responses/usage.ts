/** Token counts as the Responses API reports them; inclusive, as in the neutral form. */
import type { ResponseUsage } from 'openai-7/resources/responses/responses.js'
import type { Usage } from '../neutral/answer.ts'
import { isObject, tokensOf } from '../neutral/fields.ts'

export function readUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null
  const input = isObject(value.input_tokens_details) ? value.input_tokens_details : {}
  const output = isObject(value.output_tokens_details) ? value.output_tokens_details : {}
  return {
    input: tokensOf(value.input_tokens),
    output: tokensOf(value.output_tokens),
    cacheRead: tokensOf(input.cached_tokens),
    cacheWrite5m: tokensOf(input.cache_write_tokens),
    cacheWrite1h: 0,
    reasoning: tokensOf(output.reasoning_tokens),
    audioInput: tokensOf(input.audio_tokens),
    audioOutput: tokensOf(output.audio_tokens),
  }
}

export function writeUsage(usage: Usage): ResponseUsage {
  return {
    input_tokens: usage.input,
    input_tokens_details: {
      cached_tokens: usage.cacheRead,
      cache_write_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
    },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: usage.input + usage.output,
  }
}
