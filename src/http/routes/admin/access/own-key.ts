/** Quota and usage of a proxy key, for its holder. */
import { isoTime } from '../../../../core/time/iso-time.ts'
import { monthOf, monthStartMs, nextMonthStartMs } from '../../../../core/time/month.ts'
import { authenticate } from '../../../../pipeline/authenticate.ts'
import { quotaOf } from '../../../../quota/rules.ts'
import { startOf } from '../../../../usage/time-buckets.ts'
import * as contract from '../contract/session.ts'
import type { AdminRoutes } from '../frame/operation.ts'
import { added, costOf } from '../views/usage-query.ts'

const DAY_MS = 86_400_000
const DAYS = 30

export function ownKeyOperation({ on, parts }: AdminRoutes): void {
  const { services, reads, reports, admin, nowMs } = parts
  on(contract.ownKey, async (context) => {
    const { user, key } = authenticate(services, context.env.exchange)
    const now = nowMs()
    const month = monthOf(now)
    const today = startOf(now, 'day', 'UTC')
    const days = Array.from({ length: DAYS }, (_, at) => {
      const fromMs = today - (DAYS - 1 - at) * DAY_MS
      return { fromMs, untilMs: fromMs + DAY_MS }
    })
    const thisMonth = { fromMs: monthStartMs(month), untilMs: nextMonthStartMs(month) }
    const filter = { userId: null, apiKeyId: key.id, model: null, upstream: null, by: [] }
    const [figures, daily, monthly] = await Promise.all([
      reads.userFigures([user.id], month, now),
      reports.sums({ ...filter, buckets: days }),
      reports.sums({ ...filter, buckets: [thisMonth] }),
    ])
    const quota = quotaOf(user, admin.quotas.defaultTokens)
    const used = figures.get(user.id)?.usedTokens ?? 0
    const total = added(monthly)
    return context.json(
      {
        name: key.name,
        prefix: key.prefix,
        username: user.username,
        status: key.status,
        expires_at: key.expiresAtMs === null ? null : isoTime(key.expiresAtMs),
        allowed_models: key.allowedModels === null ? null : [...key.allowedModels],
        rpm: key.rpm,
        tpm: key.tpm,
        quota_tokens: quota,
        used_tokens: used,
        left_tokens: quota === null ? null : Math.max(0, quota - used),
        resets_at: isoTime(thisMonth.untilMs),
        requests: total.requests,
        tokens: total.totalTokens,
        cost_usd: costOf(total),
        days: days.map(({ fromMs }, at) => {
          const sum = added(daily.filter(({ bucket }) => bucket === at))
          const day = isoTime(fromMs).slice(0, 'yyyy-mm-dd'.length)
          return { day, requests: sum.requests, tokens: sum.totalTokens, cost_usd: costOf(sum) }
        }),
        models: key.allowedModels === null ? [] : [...key.allowedModels],
      },
      200,
    )
  })
}
