/** Monthly quotas of another gateway. */
import type { CommandAdmin } from '../../admin/command-admin.ts'
import type { QuotaFigures, Reconciliation } from '../../admin/usage/quotas.ts'
import { type Month, monthText } from '../../core/time/month.ts'
import type { AdminClient } from './client.ts'
import { everyItem } from './pages.ts'
import { findUserView, remoteUsers } from './users.ts'

interface QuotaReply {
  user_id: number
  username: string
  quota_tokens: number | null
  quota_from: 'default' | 'user'
  used_tokens: number
  leased_tokens: number
  left_tokens: number | null
  resets_at: string
}

interface ReconcileReply {
  repaired: boolean
  different: {
    table: string
    figure: string
    user_id: number | null
    user: string | null
    rows: number
    recorded: number
    summed: number
  }[]
  stale_leases: {
    user_id: number
    user: string | null
    month: string
    instance: string
    tokens: number
    updated_at: string
  }[]
}

export function remoteQuotas(client: AdminClient): CommandAdmin['quotas'] {
  const users = remoteUsers(client)

  const show = async (user: string | null, month: Month | null): Promise<QuotaFigures[]> => {
    const query = { month: month === null ? null : monthText(month) }
    const only = user === null ? null : await users.find(user)
    const search = only === null ? {} : { search: only.username }
    const shown: QuotaFigures[] = []
    for await (const view of everyItem<QuotaReply>(client, '/quotas', { ...query, ...search }))
      if (only === null || view.user_id === only.id) shown.push(figuresOf(view))
    return shown
  }
  const reconcile = async (month: Month | null, repair: boolean): Promise<Reconciliation> => {
    const body = { repair, ...(month !== null && { month: monthText(month) }) }
    return reconciliationOf(await client.call('POST', '/quotas/reconcile', { body }))
  }

  return {
    show,
    async set(actor, user, tokens) {
      await users.update(actor, user, { monthlyQuotaTokens: tokens })
      return show(user, null)
    },
    async reset(_, user) {
      const { id } = await findUserView(client, user)
      await client.call('POST', '/users/{id}/quota/reset', { params: { id } })
      return show(user, null)
    },
    reconcile: (month) => reconcile(month, false),
    repair: (_, month) => reconcile(month, true),
  }
}

function figuresOf(view: QuotaReply): QuotaFigures {
  const isOwn = view.quota_from === 'user'
  return {
    userId: view.user_id,
    username: view.username,
    monthlyQuotaTokens: isOwn ? (view.quota_tokens ?? 0) : null,
    quota: view.quota_tokens,
    used: view.used_tokens,
    leased: view.leased_tokens,
    left: view.left_tokens,
    resetMs: Date.parse(view.resets_at),
  }
}

function reconciliationOf({ repaired, different, stale_leases }: ReconcileReply): Reconciliation {
  return {
    repaired,
    different: different.map(({ user_id, user, ...figures }) => ({
      ...figures,
      userId: user_id,
      username: user,
    })),
    staleLeases: stale_leases.map(({ user_id, user, month, instance, tokens, updated_at }) => ({
      ...{ userId: user_id, username: user, month: monthIn(month) },
      ...{ instanceId: instance, tokens, updatedAt: updated_at },
    })),
  }
}

function monthIn(text: string): Month {
  const [year = 0, month = 0] = text.split('-').map(Number)
  return { year, month }
}
