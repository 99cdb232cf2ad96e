/** Users, their quotas, their way in. */

import type { z } from '@hono/zod-openapi'
import { userView } from '../../../../admin/contract.ts'
import type { UserPatch } from '../../../../admin/store.ts'
import { differenceView, leaseView } from '../../../../admin/usage/quota-views.ts'
import type { User } from '../../../../core/entities.ts'
import { isoTime } from '../../../../core/time/iso-time.ts'
import { type Month, monthOf, nextMonthStartMs } from '../../../../core/time/month.ts'
import { LEASE_COUNTS_MS, quotaOf } from '../../../../quota/rules.ts'
import * as contract from '../contract/users.ts'
import { type AdminRoutes, actorOf, assertOwn, creatorOf, tag } from '../frame/operation.ts'
import { cursorOf, pageView } from '../frame/page.ts'
import type { AdminApiParts } from '../frame/parts.ts'
import { replaying } from '../frame/replay.ts'

export function userOperations(api: AdminRoutes): void {
  userList(api)
  oneUser(api)
  waysIn(api)
  quotas(api)
}

function userList({ on, parts }: AdminRoutes): void {
  const { admin } = parts
  on(contract.listUsers, async (context) => {
    const { search = null, role = null, status = null, ...page } = context.req.valid('query')
    const listed = await admin.users.list({ search, role, status, ...cursorOf(page) })
    return context.json(pageView(listed, await userViews(parts, listed.items)), 200)
  })
  on(contract.createUser, async (context) => {
    const body = context.req.valid('json')
    const { value: user, replayed } = await replaying(
      () =>
        admin.users.create(creatorOf(context, body, parts), {
          username: body.username,
          ...(body.email !== undefined && { email: body.email }),
          ...(body.role !== undefined && { role: body.role }),
          ...(body.monthly_quota_tokens !== undefined && {
            monthlyQuotaTokens: body.monthly_quota_tokens,
          }),
          ...(body.max_in_flight !== undefined && { maxInFlight: body.max_in_flight }),
        }),
      (id) => admin.users.find(id),
    )
    tag(context, userView(user), parts)
    return context.json(await oneView(parts, user), replayed ? 200 : 201)
  })
}

function oneUser({ on, parts }: AdminRoutes): void {
  const { admin } = parts
  on(contract.getUser, async (context) => {
    const { id } = context.req.valid('param')
    assertOwn(context.var.principal, id)
    const user = await admin.users.find(String(id))
    tag(context, userView(user), parts)
    return context.json(await oneView(parts, user), 200)
  })
  on(contract.updateUser, async (context) => {
    const { id } = context.req.valid('param')
    const patch = patchOf(context.req.valid('json'))
    const user = await admin.users.update(actorOf(context), String(id), patch)
    if (user.status !== 'active') await parts.identity.sessions.endAll(actorOf(context), id)
    tag(context, userView(user), parts)
    return context.json(await oneView(parts, user), 200)
  })
  on(contract.removeUser, async (context) => {
    const { id } = context.req.valid('param')
    await admin.users.delete(actorOf(context), String(id))
    return context.body(null, 204)
  })
}

function waysIn({ on, parts }: AdminRoutes): void {
  const { identity, admin } = parts
  on(contract.linkForUser, async (context) => {
    const { id } = context.req.valid('param')
    const link = await identity.createLink(actorOf(context), String(id))
    const url = `${context.var.visit.publicUrl}/console/#setup=${link.token}`
    return context.json({ url, expires_at: isoTime(link.expiresAtMs) }, 200)
  })
  on(contract.setPasswordOfUser, async (context) => {
    const { id } = context.req.valid('param')
    const { password } = context.req.valid('json')
    await identity.setPassword(actorOf(context), String(id), password)
    return context.body(null, 204)
  })
  on(contract.endSessionsOfUser, async (context) => {
    const { id } = await admin.users.find(String(context.req.valid('param').id))
    return context.json({ ended: await identity.sessions.endAll(actorOf(context), id) }, 200)
  })
}

function quotas({ on, parts }: AdminRoutes): void {
  const { admin, nowMs } = parts
  on(contract.resetQuota, async (context) => {
    const { id } = context.req.valid('param')
    await admin.quotas.reset(actorOf(context), String(id))
    return context.json((await oneView(parts, await admin.users.find(String(id)))).quota, 200)
  })
  on(contract.listQuotas, async (context) => {
    const { month, search = null, ...page } = context.req.valid('query')
    const listed = await admin.users.list({ search, ...cursorOf(page) })
    const views = await userViews(parts, listed.items, monthGiven(month, nowMs()))
    const items = views.map(({ id, username, quota }) => ({ user_id: id, username, ...quota }))
    return context.json(pageView(listed, items), 200)
  })
  on(contract.reconcileQuotas, async (context) => {
    const { month, repair } = context.req.valid('json')
    const shown = month === undefined ? null : monthGiven(month, nowMs())
    const found = repair
      ? await admin.quotas.repair(actorOf(context), shown)
      : await admin.quotas.reconcile(shown)
    return context.json(
      {
        repaired: found.repaired,
        different: found.different.map(differenceView),
        stale_leases: found.staleLeases.map(leaseView),
      },
      200,
    )
  })
}

function monthGiven(text: string | undefined, nowMs: number): Month {
  if (text === undefined) return monthOf(nowMs)
  const [year, month] = text.split('-').map(Number)
  return { year: year ?? 0, month: month ?? 0 }
}

function patchOf(body: z.output<typeof contract.UserChange>): UserPatch {
  const { username, email, role, status, monthly_quota_tokens: tokens, max_in_flight: most } = body
  return {
    ...(username !== undefined && { username }),
    ...(email !== undefined && { email }),
    ...(role !== undefined && { role }),
    ...(status !== undefined && { status }),
    ...(tokens !== undefined && { monthlyQuotaTokens: tokens }),
    ...(most !== undefined && { maxInFlight: most }),
  }
}

async function oneView(parts: AdminApiParts, user: User) {
  const [view] = await userViews(parts, [user])
  return view as NonNullable<typeof view>
}

async function userViews(
  parts: AdminApiParts,
  users: readonly User[],
  month = monthOf(parts.nowMs()),
) {
  const ids = users.map(({ id }) => id)
  const { reads, identity, admin } = parts
  const [figures, ways, created] = await Promise.all([
    reads.userFigures(ids, month, parts.nowMs() - LEASE_COUNTS_MS),
    identity.waysOf(ids),
    reads.createdAt('users', ids),
  ])
  return users.map((user) => {
    const of = figures.get(user.id)
    const quota = quotaOf(user, admin.quotas.defaultTokens)
    const used = of?.usedTokens ?? 0
    return {
      id: user.id,
      username: user.username,
      email: user.email,
      role: user.role,
      status: user.status,
      monthly_quota_tokens: user.monthlyQuotaTokens,
      max_in_flight: user.maxInFlight,
      created_at: isoTime(created.get(user.id) ?? 0),
      has_password: ways.get(user.id)?.password ?? false,
      totp_enabled: ways.get(user.id)?.totp ?? false,
      active_keys: of?.activeKeys ?? 0,
      last_used_at: of?.lastUsedAtMs ? isoTime(of.lastUsedAtMs) : null,
      quota: {
        quota_tokens: quota,
        quota_from: user.monthlyQuotaTokens === null ? ('default' as const) : ('user' as const),
        used_tokens: used,
        leased_tokens: of?.leasedTokens ?? 0,
        left_tokens: quota === null ? null : Math.max(0, quota - used),
        resets_at: isoTime(nextMonthStartMs(month)),
      },
      cost_usd: of?.costUsd ?? null,
      requests: of?.requests ?? 0,
    }
  })
}
