/** The public representation of quotas. */
import { monthText } from '../../core/time/month.ts'
import type { LeaseRow, SumDifference } from '../../quota/admin-ledger.ts'
import type { QuotaFigures } from './quotas.ts'

export function quotaView(figures: QuotaFigures) {
  const { userId, username, quota, monthlyQuotaTokens, used, leased, left, resetMs } = figures
  return {
    user_id: userId,
    user: username,
    quota_tokens: quota,
    quota_from: monthlyQuotaTokens === null ? 'default' : 'user',
    used_tokens: used,
    leased_tokens: leased,
    left_tokens: left,
    reset: new Date(resetMs).toISOString(),
  }
}

export function differenceView(difference: SumDifference) {
  const { table, figure, userId, username, rows, recorded, summed } = difference
  return { table, figure, user_id: userId, user: username, rows, recorded, summed }
}

export function leaseView({ userId, username, month, instanceId, tokens, updatedAt }: LeaseRow) {
  return {
    user_id: userId,
    user: username,
    month: monthText(month),
    instance: instanceId,
    tokens,
    updated_at: updatedAt,
  }
}
