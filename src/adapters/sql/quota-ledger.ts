/**
 * Leases of quotas in SQL. Who changes a user's month first writes its row of `usage_monthly`, as
 * `settle` does too: on PostgreSQL that row is the lock, on SQLite the transaction is one anyway.
 */
import type { Kysely, Transaction } from 'kysely'
import type { Month } from '../../core/month.ts'
import type { QuotaState } from '../../core/quota.ts'
import type { LeaseKey, QuotaLedger } from '../../ports/quota-ledger.ts'
import type { Tables } from './schema.ts'
import { isoTime } from './values.ts'

const AT_ONCE = 500

export function createQuotaLedger(db: Kysely<Tables>): QuotaLedger {
  return {
    lease: (key, decide) =>
      db.transaction().execute(async (step) => {
        const used = await lockedUse(step, key.userId, key.month)
        const user = await step
          .selectFrom('users')
          .select('monthly_quota_tokens')
          .where('id', '=', key.userId)
          .executeTakeFirst()
        const quota = user?.monthly_quota_tokens ?? null
        if (quota === null) return null
        const state = { quota: Number(quota), used, ...(await leasesOf(step, key)) }
        const change = decide(state)
        if (change === 0) return state
        const leased = state.leased + change
        await writeLease(step, key, leased)
        return { ...state, leased }
      }),
    async look(userIds, month, instanceId) {
      const states = new Map<number, QuotaState>()
      for (let at = 0; at < userIds.length; at += AT_ONCE) {
        const ids = userIds.slice(at, at + AT_ONCE)
        for (const row of await statesOf(db, ids, month, instanceId)) states.set(row.id, row)
      }
      return states
    },
    async dropLeases(instanceId) {
      await db.deleteFrom('quota_leases').where('instance_id', '=', instanceId).execute()
    },
  }
}

async function statesOf(
  db: Kysely<Tables>,
  ids: readonly number[],
  { year, month }: Month,
  instanceId: string,
): Promise<(QuotaState & { id: number })[]> {
  const rows = await db
    .selectFrom('users')
    .leftJoin('usage_monthly as sums', (join) =>
      join
        .onRef('sums.user_id', '=', 'users.id')
        .on('sums.year', '=', year)
        .on('sums.month', '=', month),
    )
    .leftJoin('quota_leases as leases', (join) =>
      join
        .onRef('leases.user_id', '=', 'users.id')
        .on('leases.year', '=', year)
        .on('leases.month', '=', month),
    )
    .select(['users.id', 'users.monthly_quota_tokens as quota', 'sums.total_tokens as used'])
    .select(['leases.instance_id as instance', 'leases.tokens as leased'])
    .where('users.id', 'in', ids)
    .where('users.monthly_quota_tokens', 'is not', null)
    .execute()
  const states = new Map<number, QuotaState & { id: number }>()
  for (const { id, quota, used, instance, leased } of rows) {
    const state = states.get(id) ?? {
      id,
      quota: Number(quota),
      used: Number(used ?? 0),
      leased: 0,
      leasedElsewhere: 0,
    }
    if (instance === instanceId) state.leased += Number(leased ?? 0)
    else state.leasedElsewhere += Number(leased ?? 0)
    states.set(id, state)
  }
  return [...states.values()]
}

/** Writes nothing new, but nobody else writes it before this transaction has ended. */
async function lockedUse(
  step: Transaction<Tables>,
  userId: number,
  { year, month }: Month,
): Promise<number> {
  const none = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, requests: 0 }
  const row = await step
    .insertInto('usage_monthly')
    .values({ user_id: userId, year, month, ...none, unpriced_requests: 0, cost_usd: 0 })
    .onConflict((conflict) =>
      conflict
        .columns(['user_id', 'year', 'month'])
        .doUpdateSet({ requests: (row) => row.ref('usage_monthly.requests') }),
    )
    .returning('total_tokens')
    .executeTakeFirstOrThrow()
  return Number(row.total_tokens)
}

async function leasesOf(step: Transaction<Tables>, { userId, month, instanceId }: LeaseKey) {
  const rows = await step
    .selectFrom('quota_leases')
    .select(['instance_id', 'tokens'])
    .where('user_id', '=', userId)
    .where('year', '=', month.year)
    .where('month', '=', month.month)
    .execute()
  let leased = 0
  let leasedElsewhere = 0
  for (const { instance_id, tokens } of rows) {
    if (instance_id === instanceId) leased += Number(tokens)
    else leasedElsewhere += Number(tokens)
  }
  return { leased, leasedElsewhere }
}

async function writeLease(
  step: Transaction<Tables>,
  { userId, month: { year, month }, instanceId }: LeaseKey,
  tokens: number,
): Promise<void> {
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
