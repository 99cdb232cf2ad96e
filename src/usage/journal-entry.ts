/** What the journal keeps of a request before its upstream is called, and the record of one that was lost. */
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
  /** Held of the user's quota; 0 for a user without one. */
  reservedTokens: number
}

/**
 * The gateway ended before the request did, so nobody knows what it used: it is settled at what was
 * reserved for it. The parts of the estimate are not told apart; all of it stands as prompt.
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
