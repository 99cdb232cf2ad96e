/** Finished requests in SQL: one statement for many rows, each kept once. */
import type { Insertable, Kysely } from 'kysely'
import type { UsageRecord } from '../../core/usage-record.ts'
import type { UsageStore } from '../../ports/usage-store.ts'
import type { Tables, UsageRecordsTable } from './schema.ts'
import { isoTime } from './values.ts'

/** 27 columns a row: SQLite takes 32,766 variables a statement unless built for more, PostgreSQL 65,535. */
const ROWS_A_STATEMENT = 500

export function createUsageStore(db: Kysely<Tables>): UsageStore {
  return {
    async insert(records) {
      if (records.length === 0) return
      await db.transaction().execute(async (step) => {
        for (let at = 0; at < records.length; at += ROWS_A_STATEMENT) {
          await step
            .insertInto('usage_records')
            .values(records.slice(at, at + ROWS_A_STATEMENT).map(toRow))
            .onConflict((conflict) => conflict.column('request_id').doNothing())
            .execute()
        }
      })
    },
  }
}

function toRow(record: UsageRecord): Insertable<UsageRecordsTable> {
  return {
    request_id: record.requestId,
    started_at: isoTime(record.startedAtMs),
    user_id: record.userId,
    api_key_id: record.apiKeyId,
    endpoint: record.endpoint,
    model: record.model,
    upstream_model: record.upstreamModel,
    upstream_key_id: record.upstreamKeyId,
    upstream: record.upstream,
    provider: record.provider,
    stream: record.stream ? 1 : 0,
    status: record.status,
    outcome: record.outcome,
    error_code: record.errorCode,
    attempts: record.attempts.length,
    attempt_log: JSON.stringify(record.attempts),
    ambiguous: record.attempts.some((attempt) => attempt.ambiguous) ? 1 : 0,
    duration_ms: record.durationMs,
    first_token_ms: record.firstTokenMs,
    prompt_tokens: record.promptTokens,
    completion_tokens: record.completionTokens,
    total_tokens: record.totalTokens,
    cached_tokens: record.cachedTokens,
    reasoning_tokens: record.reasoningTokens,
    audio_tokens: record.audioTokens,
    estimated: record.estimated ? 1 : 0,
    cost_usd: record.costUsd,
  }
}
