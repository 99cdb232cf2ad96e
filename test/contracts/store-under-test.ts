/** What a store's contract suite needs of the database it runs on. */
import type { Store } from '../../src/adapters/sql/store.ts'
import type { NewUpstreamKey } from '../../src/admin/store.ts'
import type { UsageRecord } from '../../src/usage/record.ts'

export interface StoreUnderTest {
  store: Store
  /** Runs SQL on a connection of its own, as an operator does at the database's shell. */
  byHand(sql: string): void
  /** Reads with SQL on a connection of its own. */
  look(sql: string): Record<string, unknown>[]
  /** What the store has logged. */
  logged(): object[]
  dispose(): Promise<void>
}

export type StoreFactory = () => Promise<StoreUnderTest>

export const upstreamKey: Required<NewUpstreamKey> = {
  name: 'main',
  provider: 'openai',
  baseUrl: 'https://api.openai.com/v1',
  keyHint: 'wxyz',
  weight: 3,
  models: ['gpt-4o', 'gpt-4o-mini'],
  deployments: { 'gpt-4o': 'gpt-4o-2024-11-20' },
  headers: { 'openai-organization': 'org-1' },
  apiVersion: null,
  protocol: 'responses',
  maxInFlight: 3,
  tags: ['eu'],
}

export function usageRecord(requestId: string, changes: Partial<UsageRecord> = {}): UsageRecord {
  return {
    requestId,
    startedAtMs: Date.UTC(2026, 10, 23, 7, 0, 0, 0),
    userId: 1,
    apiKeyId: 1,
    endpoint: 'chat/completions',
    model: 'gpt-4o',
    upstreamModel: 'gpt-4o-2024-11-20',
    upstreamKeyId: 1,
    upstream: 'main',
    provider: 'openai',
    stream: true,
    status: 200,
    outcome: 'ok',
    errorCode: null,
    attempts: [
      { upstreamKeyId: 2, upstream: 'spare', status: null, failure: 'reset', ambiguous: true },
      { upstreamKeyId: 1, upstream: 'main', status: 200, failure: null, ambiguous: false },
    ],
    durationMs: 120.5,
    firstTokenMs: 20.25,
    promptTokens: 11,
    completionTokens: 7,
    totalTokens: 18,
    cachedTokens: 4,
    reasoningTokens: 2,
    audioTokens: 1,
    audioOutputTokens: 1,
    cacheWriteTokens: 2,
    cacheWrite1hTokens: 1,
    reservedTokens: 0,
    estimated: true,
    costUsd: 0.00125,
    ...changes,
  }
}

/**
 * The error that `work` rejects with. `expect(work).rejects` holds up the messages of a thread, so a store
 * that lives in one would never reject.
 */
export async function failureOf(work: Promise<unknown>): Promise<Error> {
  const outcome = await work.then(
    () => null,
    (error: unknown) => error,
  )
  if (!(outcome instanceof Error)) throw new Error('it did not fail')
  return outcome
}
