/** Token counts as upstreams report them. */
import type { TokenUsage } from '../../core/token-usage.ts'

type Fields = Record<string, unknown>

/**
 * Reads an OpenAI `usage` object (chat, completions, embeddings). Null where it is missing or
 * not parseRows: counts must be whole, not negative, and below 2^53.
 */
export function readUsage(value: unknown): TokenUsage | null {
  if (typeof value !== 'object' || value === null) return null
  const usage = value as Fields
  const promptTokens = count(usage.prompt_tokens)
  const completionTokens =
    usage.completion_tokens === undefined ? 0 : count(usage.completion_tokens)
  if (promptTokens === null || completionTokens === null) return null
  const prompt = details(usage.prompt_tokens_details)
  const completion = details(usage.completion_tokens_details)
  const audioOutputTokens = count(completion.audio_tokens) ?? 0
  return {
    promptTokens,
    completionTokens,
    totalTokens: count(usage.total_tokens) ?? promptTokens + completionTokens,
    cachedTokens: count(prompt.cached_tokens) ?? 0,
    reasoningTokens: count(completion.reasoning_tokens) ?? 0,
    audioTokens: (count(prompt.audio_tokens) ?? 0) + audioOutputTokens,
    audioOutputTokens,
    estimated: false,
  }
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

function details(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}
