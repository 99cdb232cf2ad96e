/** Token counts of one request. */

export interface TokenUsage {
  promptTokens: number
  completionTokens: number
  totalTokens: number
  cachedTokens: number
  /** Written to the vendor's cache; a part of the prompt, like those read from it. */
  cacheWriteTokens: number
  /** Of these, those that are kept for an hour. */
  cacheWrite1hTokens: number
  reasoningTokens: number
  /** Of both sides of the talk. */
  audioTokens: number
  /** Of these, those that were generated. */
  audioOutputTokens: number
  /** True where counted here instead of by the upstream. */
  estimated: boolean
}

export const NO_USAGE: TokenUsage = {
  promptTokens: 0,
  completionTokens: 0,
  totalTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  reasoningTokens: 0,
  audioTokens: 0,
  audioOutputTokens: 0,
  estimated: false,
}

/** Of several answers together. */
export function addUsage(one: TokenUsage, other: TokenUsage): TokenUsage {
  const sum = { ...one, estimated: one.estimated || other.estimated }
  for (const kind of Object.keys(NO_USAGE) as (keyof TokenUsage)[])
    if (kind !== 'estimated') sum[kind] = one[kind] + other[kind]
  return sum
}
