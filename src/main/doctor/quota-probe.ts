/** For QUO-1: quotas, usage and leases, a request's record, and recomputed totals. */
import { allPages } from '../../admin/pages.ts'
import type { Config } from '../../config.ts'
import { monthOf, monthText, nextMonthStartMs } from '../../core/time/month.ts'
import type { QuotaEvidence, SumsSeen } from '../../doctor/evidence.ts'
import type { DoctorOptions } from '../../doctor/options.ts'
import type { SumDifference } from '../../quota/admin-ledger.ts'
import { LEASE_COUNTS_MS, quotaOf } from '../../quota/rules.ts'
import type { OpenedStore } from './surroundings.ts'

export async function probeQuotas(
  { admin, store }: OpenedStore,
  { defaultMonthlyQuotaTokens }: Config,
  instances: number,
  options: DoctorOptions,
): Promise<QuotaEvidence> {
  const month = monthOf(Date.now())
  const { items: users } = await allPages((page) => store.listUsers(page))
  const name = (id: number) => users.find((user) => user.id === id)?.username ?? `#${id}`
  const found =
    options.request === null ? null : await store.examination.findRequest(options.request)
  const named = users.find(
    ({ id, username }) => username === options.user || String(id) === options.user,
  )
  const user = options.user === null ? null : (named?.username ?? options.user)
  const { different, staleLeases } = await admin.quotas.reconcile(month)
  const rows = await store.listQuotas(month, null, Date.now() - LEASE_COUNTS_MS)
  return {
    month: monthText(month),
    resetMs: nextMonthStartMs(month),
    asked: options.tokens,
    instances,
    user: user ?? (found === null ? null : name(found.userId)),
    requestId: options.request,
    request:
      found === null
        ? null
        : {
            requestId: found.requestId,
            user: name(found.userId),
            model: found.model,
            reserved: found.reservedTokens,
            used: found.totalTokens,
            status: found.status,
            outcome: found.outcome,
          },
    quotas: rows.map((row) => ({
      user: row.username,
      active: users.find(({ id }) => id === row.userId)?.status === 'active',
      quota: quotaOf(row, defaultMonthlyQuotaTokens),
      used: row.used,
      leased: row.leased,
    })),
    different: sumsSeen(different),
    stale: {
      leases: staleLeases.length,
      tokens: staleLeases.reduce((sum, { tokens }) => sum + tokens, 0),
    },
  }
}

/** One entry per table and user, however many of its values differ. */
function sumsSeen(different: readonly SumDifference[]): SumsSeen[] {
  const seen = Map.groupBy(different, ({ table, userId }) => `${table} ${userId}`)
  return [...seen.values()].map((figures) => {
    const { table = '', userId, username } = figures[0] ?? {}
    return {
      table,
      user: userId === null ? '-' : (username ?? `#${userId}`),
      figures: figures
        .map(({ figure, summed, recorded }) => `${figure} ${summed} / ${recorded}`)
        .join(', '),
    }
  })
}
