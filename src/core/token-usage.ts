/** Token counts of one request. */

export interface TokenUsage {
  promptTokens: number
  completionTokens: number
  totalTokens: number
  cachedTokens: number
  /** Written to the vendor's cache; part of the prompt, like tokens read from it. */
  cacheWriteTokens: number
  /** The part of these that is cached for an hour. */
  cacheWrite1hTokens: number
  reasoningTokens: number
  /** Audio tokens of prompt and answer together. */
  audioTokens: number
  /** The part of these that was generated. */
  audioOutputTokens: number
  /** True if the gateway counted instead of the upstream. */
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

/** The sum over several answers. */
export function addUsage(one: TokenUsage, other: TokenUsage): TokenUsage {
  const sum = { ...one, estimated: one.estimated || other.estimated }
  for (const kind of Object.keys(NO_USAGE) as (keyof TokenUsage)[])
    if (kind !== 'estimated') sum[kind] = one[kind] + other[kind]
  return sum
}
