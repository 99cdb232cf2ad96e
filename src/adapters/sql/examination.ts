/** What the doctor reads from the ledger in SQL. */
import { type Kysely, sql } from 'kysely'
import { isoTime } from '../../core/time/iso-time.ts'
import type { Examination } from '../../doctor/examination.ts'
import type { Tables } from './schema/schema.ts'

const TRIES = 5

export function createExamination(db: Kysely<Tables>): Examination {
  return {
    async recentTimes(sinceMs, most) {
      const rows = await db
        .selectFrom('usage_records')
        .select(['upstream', 'model', 'first_token_ms', 'duration_ms'])
        .where('started_at', '>=', isoTime(sinceMs))
        .where('outcome', '=', 'ok')
        .where('upstream', 'is not', null)
        .orderBy('started_at', 'desc')
        .limit(most)
        .execute()
      return rows.map(({ upstream, model, first_token_ms, duration_ms }) => ({
        upstream: upstream ?? '',
        model,
        firstTokenMs: Number(first_token_ms ?? duration_ms),
        durationMs: Number(duration_ms),
      }))
    },
    async findRequest(requestId) {
      const row = await db
        .selectFrom('usage_records')
        .select(['user_id', 'model', 'reserved_tokens', 'total_tokens', 'status', 'outcome'])
        .where('request_id', '=', requestId)
        .executeTakeFirst()
      if (row === undefined) return null
      return {
        requestId,
        userId: row.user_id,
        model: row.model,
        reservedTokens: Number(row.reserved_tokens),
        totalTokens: Number(row.total_tokens),
        status: row.status,
        outcome: row.outcome,
      }
    },
    latencyMs: () => statementMs(db),
  }
}

/** The median of a few runs. */
export async function statementMs(db: Kysely<Tables>): Promise<number> {
  const taken: number[] = []
  for (let tries = 0; tries < TRIES; tries++) {
    const fromMs = performance.now()
    await sql`select 1`.execute(db)
    taken.push(performance.now() - fromMs)
  }
  taken.sort((one, other) => one - other)
  return taken[TRIES >> 1] ?? 0
}
