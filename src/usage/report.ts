/** What is asked of the ledger, and what it answers. */

export const DIMENSIONS = ['user', 'key', 'model', 'upstream', 'day', 'month'] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** Null filters nothing. */
export interface UsageQuery {
  /** None sums all. */
  by: readonly Dimension[]
  fromMs: number | null
  /** Exclusive. */
  untilMs: number | null
  userId: number | null
  apiKeyId: number | null
  model: string | null
  upstream: string | null
}

export interface UsageSum {
  /** Names for people, of the dimensions that were asked for. */
  group: Readonly<Partial<Record<Dimension, string>>>
  requests: number
  errors: number
  promptTokens: number
  completionTokens: number
  totalTokens: number
  cachedTokens: number
  reasoningTokens: number
  audioTokens: number
  /** Their tokens were counted here instead of by the upstream. */
  estimatedRequests: number
  /** Of models whose price is not known; the cost is that of the others. */
  unpricedRequests: number
  /** Null where the price of none is known. */
  costUsd: number | null
}
