/** Queries to the usage ledger and their results. */
import type { SummedField } from '../core/units/summed-fields.ts'

export const DIMENSIONS = ['user', 'key', 'model', 'upstream', 'day', 'month'] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** Null: no filter. */
export interface UsageQuery {
  /** None: a single total. */
  by: readonly Dimension[]
  fromMs: number | null
  /** Exclusive. */
  untilMs: number | null
  userId: number | null
  apiKeyId: number | null
  model: string | null
  upstream: string | null
}

export interface UsageSum extends Record<SummedField, number> {
  /** Display names for the requested dimensions. */
  group: Readonly<Partial<Record<Dimension, string>>>
  requests: number
  errors: number
  /** Requests whose tokens were counted here rather than by the upstream. */
  estimatedRequests: number
  /** Requests to models without a known price; the cost covers the others only. */
  unpricedRequests: number
  /** Null if no price is known. */
  costUsd: number | null
}
