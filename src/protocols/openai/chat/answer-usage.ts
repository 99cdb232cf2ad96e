/** Usage as Chat Completions counts it, both ways, with what compatible upstreams do otherwise. */

import type { Units } from '../../../core/units/unit-kinds.ts'
import type { Usage } from '../../neutral/answer.ts'
import { isObject, tokensOf } from '../../neutral/fields.ts'
import type { JsonObject } from '../../neutral/neutral.ts'

/** Null where `value` holds no count at all. */
export function readAnswerUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null
  if (typeof value.prompt_tokens !== 'number' && typeof value.completion_tokens !== 'number')
    return null
  const prompt = isObject(value.prompt_tokens_details) ? value.prompt_tokens_details : {}
  const completion = isObject(value.completion_tokens_details)
    ? value.completion_tokens_details
    : {}
  const input = tokensOf(value.prompt_tokens)
  const output = tokensOf(value.completion_tokens)
  const reasoning = tokensOf(completion.reasoning_tokens)
  // xAI counts thoughts separately from the completion, which its total reveals.
  const isSeparate = reasoning > 0 && value.total_tokens === input + output + reasoning
  return {
    input,
    output: isSeparate ? output + reasoning : output,
    // In this order: OpenAI and most; DeepSeek; Moonshot.
    cacheRead: tokensOf(
      prompt.cached_tokens ?? value.prompt_cache_hit_tokens ?? value.cached_tokens,
    ),
    cacheWrite5m: tokensOf(prompt.cache_write_tokens ?? value.cache_creation_input_tokens),
    cacheWrite1h: 0,
    reasoning,
    audioInput: tokensOf(prompt.audio_tokens),
    audioOutput: tokensOf(completion.audio_tokens),
    ...searchesIn(value),
  }
}

/** As Perplexity, xAI, and hosts of Anthropic's models report them. */
export function searchesIn(usage: Readonly<Record<string, unknown>>): { units?: Units } {
  const tools = isObject(usage.server_tool_use) ? usage.server_tool_use : {}
  const said = usage.num_search_queries ?? usage.num_sources_used ?? tools.web_search_requests
  const searches = tokensOf(said)
  return searches > 0 ? { units: { searches } } : {}
}

export function writeAnswerUsage(usage: Usage): JsonObject {
  const written = usage.cacheWrite5m + usage.cacheWrite1h
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: {
      cached_tokens: usage.cacheRead,
      audio_tokens: usage.audioInput,
      ...(written > 0 && { cache_write_tokens: written }),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning,
      audio_tokens: usage.audioOutput,
    },
  }
}
