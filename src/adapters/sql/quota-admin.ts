/** Quotas for the admin use cases: who has how much, and whether the sums are what the records say. */
import { type Kysely, sql } from 'kysely'
import { isoTime } from '../../core/iso-time.ts'
import { type Month, monthStartMs, nextMonthStartMs } from '../../core/month.ts'
import type { MonthSums, QuotaAdmin } from '../../ports/quota-admin.ts'
import { lockedUse } from './month-lock.ts'
import type { Tables } from './schema.ts'
import { countOrNull } from './values.ts'

export function createQuotaAdmin(db: Kysely<Tables>): QuotaAdmin {
  return {
    async listQuotas({ year, month }, userId) {
      const only = userId === null ? sql`` : sql`where users.id = ${userId}`
      const { rows } = await sql<Record<string, unknown>>`
        select users.id, users.username, users.monthly_quota_tokens as quota,
          coalesce((select total_tokens from usage_monthly
            where user_id = users.id and year = ${year} and month = ${month}), 0) as used,
          coalesce((select sum(case when tokens > 0 then tokens else 0 end) from quota_leases
            where user_id = users.id and year = ${year} and month = ${month}), 0) as leased
        from users ${only} order by users.id`.execute(db)
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
    sumMonth: (month) => sumsOf(db, month),
    repairMonth: (userId, { year, month }) =>
      db.transaction().execute(async (step) => {
        // Behind the lock: what is stored meanwhile adds itself to what is written here.
        await lockedUse(step, userId, { year, month })
        await sql`
          update usage_monthly set (prompt_tokens, completion_tokens, total_tokens, requests,
              unpriced_requests, cost_usd) =
            (select coalesce(sum(prompt_tokens), 0), coalesce(sum(completion_tokens), 0),
              coalesce(sum(total_tokens), 0), count(*),
              coalesce(sum(case when cost_usd is null then 1 else 0 end), 0),
              coalesce(sum(cost_usd), 0)
            from usage_records where user_id = ${userId} and ${within({ year, month })})
          where user_id = ${userId} and year = ${year} and month = ${month}`.execute(step)
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

/** Times are texts of one form, which sort as the times do. */
function within(month: Month) {
  const [from, until] = [isoTime(monthStartMs(month)), isoTime(nextMonthStartMs(month))]
  return sql`started_at >= ${from} and started_at < ${until}`
}

/** One statement, so one moment, whatever is stored meanwhile. */
async function sumsOf(db: Kysely<Tables>, { year, month }: Month): Promise<MonthSums[]> {
  const days = `${year}-${String(month).padStart(2, '0')}-`
  const { rows } = await sql<Record<string, unknown>>`
    select sums.user_id, users.username, sum(recorded) as recorded, sum(records) as records,
      sum(monthly) as monthly, sum(requests) as requests, sum(daily) as daily
    from (
      select user_id, sum(total_tokens) as recorded, count(*) as records,
        0 as monthly, 0 as requests, 0 as daily
      from usage_records where ${within({ year, month })} group by user_id
      union all
      select user_id, 0, 0, total_tokens, requests, 0 from usage_monthly
      where year = ${year} and month = ${month}
      union all
      select user_id, 0, 0, 0, 0, sum(total_tokens) from usage_daily
      where day >= ${days} and day < ${`${days}99`} group by user_id
    ) as sums left join users on users.id = sums.user_id
    group by sums.user_id, users.username order by sums.user_id`.execute(db)
  return rows.map((row) => ({
    userId: Number(row.user_id),
    username: row.username === null ? null : String(row.username),
    recordedTokens: Number(row.recorded),
    recordedRequests: Number(row.records),
    monthlyTokens: Number(row.monthly),
    monthlyRequests: Number(row.requests),
    dailyTokens: Number(row.daily),
  }))
}
