/**
 * Records ended requests: their ledger records, metrics and one log line each. Done in batches a few
 * milliseconds later, because one by one costs twice as much: each request would fetch all of that code and data
 * into the processor's cache again.
 */
import type { Caller } from '../access/caller.ts'
import type { KeyActivity } from '../access/key-activity.ts'
import type { Logger } from '../core/logger.ts'
import type { Journal } from './journal.ts'
import type { Live } from './live/live.ts'
import type { Metrics } from './metrics.ts'
import type { UsageRecord } from './record.ts'

export interface EndedRequests {
  /** Never fails, never waits. */
  add(record: UsageRecord, caller: Caller): void
  /** Records immediately what was added. */
  flush(): void
}

interface Parts {
  journal: Journal
  metrics: Metrics
  logger: Logger
  live: Live
  keyActivity: KeyActivity
}

interface Ended {
  record: UsageRecord
  caller: Caller
}

/**
 * A request that ended this recently loses its exact count if the process is killed; see docs/decisions on the
 * journal.
 */
const NOTED_AFTER_MS = 5

export function createEndedRequests(parts: Parts): EndedRequests {
  const { journal, metrics, logger, live, keyActivity } = parts
  let waiting: Ended[] = []
  let timer: ReturnType<typeof setTimeout> | null = null

  const flush = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    const ended = waiting
    waiting = []
    for (const { record } of ended) journal.end(record)
    for (const { record } of ended) metrics.requestFinished(record)
    for (const { record, caller } of ended) live.add(record, caller)
    for (const { record } of ended)
      keyActivity.used({ keyId: record.apiKeyId, atMs: record.startedAtMs })
    for (const { record, caller } of ended) logger.requestFinished(lineOf(record, caller))
  }

  return {
    add(record, caller) {
      waiting.push({ record, caller })
      timer ??= setTimeout(flush, NOTED_AFTER_MS)
    },
    flush,
  }
}

function lineOf(record: UsageRecord, { user, key }: Caller) {
  return {
    requestId: record.requestId,
    user: user.username,
    key: key.prefix,
    model: record.model,
    upstream: record.upstream,
    status: record.status,
    outcome: record.outcome,
    // Undefined leaves no trace in the line.
    code: record.errorCode ?? undefined,
    attempts: record.attempts.length,
    tokens: record.totalTokens,
    durationMs: Math.round(record.durationMs),
  }
}
