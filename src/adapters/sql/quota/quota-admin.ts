/** Quotas for the admin use cases: each user's figures, and whether the rollups match the records. */
import { type Kysely, sql } from 'kysely'
import { isoTime } from '../../../core/time/iso-time.ts'
import type { QuotaAdmin } from '../../../quota/admin-ledger.ts'
import { inTransaction } from '../in-transaction.ts'
import type { Tables } from '../schema/schema.ts'
import type { DialectWords } from '../sql-dialect.ts'
import { rebuildSums } from '../usage/rebuild-sums.ts'
import { sumDifferences } from '../usage/sum-differences.ts'
import { countOrNull } from '../values.ts'

export function createQuotaAdmin(db: Kysely<Tables>, { keepStoringOut }: DialectWords): QuotaAdmin {
  return {
    async listQuotas({ year, month }, userId, leasesSinceMs) {
      const only = userId === null ? sql`` : sql`and users.id = ${userId}`
      const { rows } = await sql<Record<string, unknown>>`
        select users.id, users.username, users.monthly_quota_tokens as quota,
          coalesce((select total_tokens from usage_monthly
            where user_id = users.id and year = ${year} and month = ${month}), 0) as used,
          coalesce((select sum(case when tokens > 0 then tokens else 0 end) from quota_leases
            where user_id = users.id and year = ${year} and month = ${month}
              and updated_at >= ${isoTime(leasesSinceMs)}), 0) as leased
        from users where users.id <> 0 ${only} order by users.id`.execute(db)
      return rows.map(({ id, username, quota, used, leased }) => ({
        userId: Number(id),
        username: String(username),
        monthlyQuotaTokens: countOrNull(
          'monthly_quota_tokens',
          quota === null ? null : Number(quota),
        ),
        used: Number(used),
        leased: Number(leased),
      }))
    },
    async resetUse(userId, { year, month }) {
      const { numDeletedRows } = await db
        .deleteFrom('usage_monthly')
        .where('user_id', '=', userId)
        .where('year', '=', year)
        .where('month', '=', month)
        .executeTakeFirst()
      return numDeletedRows > 0n
    },
    sumDifferences: (month) => sumDifferences(db, month),
    repairMonth: (month) =>
      inTransaction(db, async (step) => {
        await keepStoringOut?.execute(step)
        await rebuildSums(step, month)
      }),
    async staleLeases(beforeMs) {
      const rows = await db
        .selectFrom('quota_leases as leases')
        .leftJoin('users', 'users.id', 'leases.user_id')
        .select(['leases.user_id', 'users.username', 'leases.year', 'leases.month'])
        .select(['leases.instance_id', 'leases.tokens', 'leases.updated_at'])
        .where('leases.updated_at', '<', isoTime(beforeMs))
        .orderBy('leases.user_id')
        .execute()
      return rows.map((row) => ({
        userId: row.user_id,
        username: row.username,
        month: { year: row.year, month: row.month },
        instanceId: row.instance_id,
        tokens: Number(row.tokens),
        updatedAt: row.updated_at,
      }))
    },
    async dropStaleLeases(beforeMs) {
      await db.deleteFrom('quota_leases').where('updated_at', '<', isoTime(beforeMs)).execute()
    },
  }
}
