/** Token counts of one request. */

export interface TokenUsage {
  promptTokens: number
  completionTokens: number
  totalTokens: number
  cachedTokens: number
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
  reasoningTokens: 0,
  audioTokens: 0,
  audioOutputTokens: 0,
  estimated: false,
}
