/** Finished requests in SQL: one statement for many rows, each kept once. */
import { CompiledQuery, type Insertable, type Kysely } from 'kysely'
import type { UsageRecord } from '../../core/usage-record.ts'
import type { UsageStore } from '../../ports/usage-store.ts'
import type { Tables, UsageRecordsTable } from './schema.ts'
import { isoTime } from './values.ts'

/**
 * The statement for one row is compiled once: building it for each batch cost four times as much as
 * running it.
 */
export function createUsageStore(db: Kysely<Tables>): UsageStore {
  let sql: string | null = null
  const statementFor = (row: Insertable<UsageRecordsTable>): CompiledQuery => {
    sql ??= db
      .insertInto('usage_records')
      .values(row)
      .onConflict((conflict) => conflict.column('request_id').doNothing())
      .compile().sql
    return CompiledQuery.raw(sql, Object.values(row))
  }
  return {
    async insert(records) {
      if (records.length === 0) return
      await db.transaction().execute(async (step) => {
        for (const record of records) await step.executeQuery(statementFor(toRow(record)))
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
