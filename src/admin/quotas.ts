/** Monthly quotas: seen, set, started anew, and held against the records. */
import { type Month, monthOf, monthText, nextMonthStartMs } from '../core/month.ts'
import type { LeaseRow, QuotaRow, SumDifference } from '../quota/admin-ledger.ts'
import { LEASE_COUNTS_MS, quotaOf } from '../quota/rules.ts'
import { type AdminDependencies, audited } from './dependencies.ts'
import type { Users } from './users.ts'

export interface QuotaFigures extends QuotaRow {
  /** The one that counts; null is none. */
  quota: number | null
  /** Null without a quota. */
  left: number | null
  resetMs: number
}

export interface Reconciliation {
  different: SumDifference[]
  staleLeases: LeaseRow[]
  repaired: boolean
}

export function createQuotaUseCases(dependencies: AdminDependencies, users: Users) {
  const { store, nowMs, defaultMonthlyQuotaTokens } = dependencies
  const audit = audited(dependencies)

  const show = async (user: string | null, month: Month | null): Promise<QuotaFigures[]> => {
    const shown = month ?? monthOf(nowMs())
    const userId = user === null ? null : (await users.find(user)).id
    const rows = await store.listQuotas(shown, userId, nowMs() - LEASE_COUNTS_MS)
    return rows.map((row) => {
      const quota = quotaOf(row, defaultMonthlyQuotaTokens)
      const left = quota === null ? null : Math.max(0, quota - row.used)
      return { ...row, quota, left, resetMs: nextMonthStartMs(shown) }
    })
  }

  return {
    show,
    async set(user: string, tokens: number | null): Promise<QuotaFigures[]> {
      await users.update(user, { monthlyQuotaTokens: tokens })
      return show(user, null)
    },
    async reset(user: string): Promise<QuotaFigures[]> {
      const { id } = await users.find(user)
      await store.resetUse(id, monthOf(nowMs()))
      await audit('quota.reset', `user:${id}`)
      return show(user, null)
    },
    async reconcile(month: Month | null, repair: boolean): Promise<Reconciliation> {
      const checked = month ?? monthOf(nowMs())
      const beforeMs = nowMs() - LEASE_COUNTS_MS
      const different = await store.sumDifferences(checked)
      const staleLeases = await store.staleLeases(beforeMs)
      if (repair) {
        if (different.length > 0) {
          await store.repairMonth(checked)
          await audit('quota.repair', `month:${monthText(checked)}`)
        }
        if (staleLeases.length > 0) {
          await store.dropStaleLeases(beforeMs)
          await audit('quota.drop-leases', `leases:${staleLeases.length}`)
        }
      }
      return { different, staleLeases, repaired: repair }
    },
  }
}
