/** Monthly quotas: shown, set, reset, and compared with the records. */
import {
  type Month,
  monthOf,
  monthStartMs,
  monthText,
  nextMonthStartMs,
} from '../../core/time/month.ts'
import type { LeaseRow, QuotaRow, SumDifference } from '../../quota/admin-ledger.ts'
import { LEASE_COUNTS_MS, quotaOf } from '../../quota/rules.ts'
import type { Actor, MakeChange } from '../changes.ts'
import type { AdminDependencies } from '../dependencies.ts'
import { adminError } from '../errors.ts'
import { findUser, type Users } from '../users.ts'

const DAY_MS = 86_400_000

export interface QuotaFigures extends QuotaRow {
  /** The effective quota; null is unlimited. */
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

export function createQuotaUseCases(
  { store, nowMs, defaultMonthlyQuotaTokens, usageRetentionDays }: AdminDependencies,
  { users, change }: { users: Users; change: MakeChange },
) {
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
    /** For users without a quota of their own; null is unlimited. */
    defaultTokens: defaultMonthlyQuotaTokens,
    show,
    async set(actor: Actor, user: string, tokens: number | null): Promise<QuotaFigures[]> {
      await users.update(actor, user, { monthlyQuotaTokens: tokens })
      return show(user, null)
    },
    async reset(actor: Actor, user: string): Promise<QuotaFigures[]> {
      await change(actor, async (step, record) => {
        const { id } = await findUser(step, user)
        await step.resetUse(id, monthOf(nowMs()))
        await record('quota.reset', `user:${id}`)
      })
      return show(user, null)
    },
    /** Returns the differences; changes nothing. */
    async reconcile(month: Month | null): Promise<Reconciliation> {
      const different = await store.sumDifferences(month ?? monthOf(nowMs()))
      const staleLeases = await store.staleLeases(nowMs() - LEASE_COUNTS_MS)
      return { different, staleLeases, repaired: false }
    },
    /** Sets the totals to those of the records, and returns what differed. */
    async repair(actor: Actor, month: Month | null): Promise<Reconciliation> {
      const repaired = month ?? monthOf(nowMs())
      const keptSinceMs = nowMs() - usageRetentionDays * DAY_MS
      // Without its records, repairing a month would set it to zero.
      if (usageRetentionDays > 0 && monthStartMs(repaired) < keptSinceMs)
        throw adminError('records_deleted', { month: monthText(repaired) })
      const beforeMs = nowMs() - LEASE_COUNTS_MS
      const different = await store.sumDifferences(repaired)
      const staleLeases = await store.staleLeases(beforeMs)
      await change(actor, async (step, record) => {
        if (different.length > 0) {
          await step.repairMonth(repaired)
          await record('quota.repair', `month:${monthText(repaired)}`)
        }
        if (staleLeases.length > 0) {
          await step.dropStaleLeases(beforeMs)
          await record('quota.drop-leases', `leases:${staleLeases.length}`)
        }
      })
      return { different, staleLeases, repaired: true }
    },
  }
}
