/** What the journal keeps of a request before the upstream call, and the record of a lost request. */
import { NO_USAGE } from '../core/token-usage.ts'
import type { UsageRecord } from './record.ts'

export interface JournalEntry {
  requestId: string
  startedAtMs: number
  userId: number
  apiKeyId: number
  endpoint: string
  model: string
  stream: boolean
  /** The estimate that was reserved. */
  tokens: number
  /** Reserved from the user's quota; 0 for a user without one. */
  reservedTokens: number
}

/**
 * The gateway ended before the request did, so its usage is unknown: it is settled at its reservation. The
 * estimate is not broken down; all of it counts as prompt.
 */
export function lostRecord({ tokens, ...entry }: JournalEntry): UsageRecord {
  return {
    ...NO_USAGE,
    ...entry,
    promptTokens: tokens,
    totalTokens: tokens,
    estimated: true,
    upstreamModel: null,
    upstreamKeyId: null,
    upstream: null,
    provider: null,
    status: 0,
    outcome: 'lost',
    errorCode: null,
    attempts: [],
    durationMs: 0,
    firstTokenMs: null,
    costUsd: null,
  }
}
