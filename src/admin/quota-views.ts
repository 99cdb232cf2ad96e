/** How quotas look to programs outside. */
import type { LeaseRow, MonthSums } from '../ports/quota-admin.ts'
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

export function sumsView(sums: MonthSums) {
  return {
    user_id: sums.userId,
    user: sums.username,
    recorded_tokens: sums.recordedTokens,
    monthly_tokens: sums.monthlyTokens,
    daily_tokens: sums.dailyTokens,
    recorded_requests: sums.recordedRequests,
    monthly_requests: sums.monthlyRequests,
  }
}

export function leaseView({ userId, username, month, instanceId, tokens, updatedAt }: LeaseRow) {
  return {
    user_id: userId,
    user: username,
    month: `${month.year}-${String(month.month).padStart(2, '0')}`,
    instance: instanceId,
    tokens,
    updated_at: updatedAt,
  }
}
