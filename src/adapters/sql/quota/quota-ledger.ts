/**
 * Quota leases in SQL. Every change to a user's month, including `settle`, first writes its row of
 * `usage_monthly`. On PostgreSQL (read committed) that row is the lock, and reads after it see what the previous
 * transaction left; on SQLite a transaction holds the only write lock from its start.
 */
import { type Kysely, sql, type Transaction } from 'kysely'
import { isoTime } from '../../../core/time/iso-time.ts'
import type { LeaseRequest, QuotaLedger } from '../../../quota/ledger.ts'
import { isLeasedElsewhere, LEASE_COUNTS_MS, nextLease, quotaOf } from '../../../quota/rules.ts'
import type { ChangeWatch } from '../change-watch.ts'
import type { Tables } from '../schema/schema.ts'
import { count, countOrNull } from '../values.ts'
import { lockedUse } from './month-lock.ts'

type Step = Transaction<Tables>

export function createQuotaLedger(db: Kysely<Tables>, watch: ChangeWatch): QuotaLedger {
  return {
    lease: (request) =>
      db.transaction().execute(async (step) => {
        const used = await lockedUse(step, request.userId, request.month)
        const quota = await quotaIn(step, request)
        const leasedElsewhere = await leasedBeside(step, request)
        const figures = { quota, used, leasedElsewhere }
        const lease = nextLease(figures, request)
        await setLease(step, request, lease)
        if (isLeasedElsewhere(figures, request, lease)) await watch.wantLeases(step, request.userId)
        return { ...figures, lease }
      }),
    onWanted: watch.onLeasesWanted,
    async dropLeases(instanceId) {
      await db.deleteFrom('quota_leases').where('instance_id', '=', instanceId).execute()
    },
  }
}

/** A deleted user gets nothing more. */
async function quotaIn(
  step: Step,
  { userId, defaultTokens }: LeaseRequest,
): Promise<number | null> {
  const row = await step
    .selectFrom('users')
    .select('monthly_quota_tokens as tokens')
    .where('id', '=', userId)
    .executeTakeFirst()
  if (row === undefined) return Number.MIN_SAFE_INTEGER
  const own = row.tokens === null ? null : Number(row.tokens)
  return quotaOf({ monthlyQuotaTokens: countOrNull('monthly_quota_tokens', own) }, defaultTokens)
}

/** Negative leases are of tokens already counted as used, so they don't add to the available quota. */
async function leasedBeside(
  step: Step,
  { userId, month, instanceId }: LeaseRequest,
): Promise<number> {
  const { tokens } = await step
    .selectFrom('quota_leases')
    .select(
      sql<unknown>`coalesce(sum(case when tokens > 0 then tokens else 0 end), 0)`.as('tokens'),
    )
    .where('user_id', '=', userId)
    .where('year', '=', month.year)
    .where('month', '=', month.month)
    .where('instance_id', '<>', instanceId)
    .where('updated_at', '>', isoTime(Date.now() - LEASE_COUNTS_MS))
    .executeTakeFirstOrThrow()
  return count('quota_leases.tokens', Number(tokens))
}

async function setLease(
  step: Step,
  { userId, month: { year, month }, instanceId }: LeaseRequest,
  tokens: number,
): Promise<void> {
  if (tokens === 0) {
    await step
      .deleteFrom('quota_leases')
      .where('user_id', '=', userId)
      .where('year', '=', year)
      .where('month', '=', month)
      .where('instance_id', '=', instanceId)
      .execute()
    return
  }
  const updated_at = isoTime(Date.now())
  await step
    .insertInto('quota_leases')
    .values({ user_id: userId, year, month, instance_id: instanceId, tokens, updated_at })
    .onConflict((conflict) =>
      conflict
        .columns(['user_id', 'year', 'month', 'instance_id'])
        .doUpdateSet({ tokens, updated_at }),
    )
    .execute()
}
