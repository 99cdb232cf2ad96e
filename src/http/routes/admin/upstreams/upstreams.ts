/** Provider keys: added, tried, changed, switched off, removed. */
import type { z } from '@hono/zod-openapi'
import type { Actor } from '../../../../admin/changes.ts'
import { upstreamView } from '../../../../admin/contract.ts'
import type { UpstreamChanges } from '../../../../admin/upstreams/upstream-input.ts'
import type { UpstreamKey } from '../../../../core/entities.ts'
import { upstreamModels } from '../../../../pipeline/models/upstream-models.ts'
import { listProviders } from '../contract/providers.ts'
import { copySettings } from '../contract/upstream-sets.ts'
import * as contract from '../contract/upstreams.ts'
import { ApiError, invalidField } from '../frame/api-error.ts'
import {
  type AdminContext,
  type AdminRoutes,
  actorOf,
  creatorOf,
  languageOf,
  tag,
} from '../frame/operation.ts'
import { cursorOf, pageView } from '../frame/page.ts'
import type { AdminApiParts } from '../frame/parts.ts'
import { replaying } from '../frame/replay.ts'
import { oneUpstreamView, upstreamViews } from '../views/upstream-views.ts'
import { baseUrlOf, providerOf, providerViews } from './providers.ts'
import { upstreamImport } from './upstream-import.ts'

export function upstreamOperations(api: AdminRoutes): void {
  upstreamList(api)
  oneUpstream(api)
  states(api)
  asking(api)
  upstreamImport(api)
}

function upstreamList({ on, parts }: AdminRoutes): void {
  const { admin } = parts
  on(contract.listUpstreams, async (context) => {
    const { search = null, provider, state, ...page } = context.req.valid('query')
    const listed = await admin.upstreams.list({
      search,
      provider: provider === undefined ? null : providerOf(provider),
      status: state === undefined ? null : statusOf(state),
      ...cursorOf(page),
    })
    const views = await upstreamViews(parts, listed.items, languageOf(context))
    const shown = state === undefined ? views : views.filter((view) => view.state === state)
    return context.json(pageView(listed, shown), 200)
  })
  on(contract.createUpstream, async (context) => {
    const body = context.req.valid('json')
    const provider = providerOf(body.provider)
    const { value, replayed } = await replaying(
      () =>
        admin.upstreams.add(creatorOf(context, body, parts), {
          name: body.name,
          provider,
          baseUrl: baseUrlOf(provider, body.base_url, 'base_url'),
          secret: body.secret,
          ...(body.weight !== undefined && { weight: body.weight }),
          models: body.models ?? null,
          deployments: body.deployments ?? null,
          headers: body.headers ?? null,
          apiVersion: body.api_version ?? null,
          protocol: body.protocol ?? null,
          maxInFlight: body.max_in_flight ?? null,
          tags: body.tags ?? [],
        }),
      (id) => admin.upstreams.find(id),
    )
    return shown(context, parts, value, replayed ? 200 : 201)
  })
  on(listProviders, (context) => context.json({ items: providerViews() }, 200))
}

function oneUpstream({ on, parts }: AdminRoutes): void {
  const { admin } = parts
  on(contract.getUpstream, async (context) =>
    shown(context, parts, await find(parts, context.req.valid('param').id), 200),
  )
  on(contract.updateUpstream, async (context) => {
    const { id } = await find(parts, context.req.valid('param').id)
    const changes = changesOf(context.req.valid('json'))
    const changed = await admin.upstreams.update(actorOf(context), String(id), changes)
    return shown(context, parts, changed, 200)
  })
  on(contract.removeUpstream, async (context) => {
    const { id } = await find(parts, context.req.valid('param').id)
    await admin.upstreams.remove(actorOf(context), String(id))
    return context.body(null, 204)
  })
}

function states({ on, parts }: AdminRoutes): void {
  const { upstreams } = parts.admin
  const change = async (context: AdminContext, id: number, changed: StateChange) => {
    await find(parts, id)
    const upstream = await changed(actorOf(context), String(id))
    // Otherwise the reply would show the state that this instance still remembers.
    await parts.services.directory.reload()
    return shown(context, parts, upstream, 200)
  }
  const disable: StateChange = (actor, name) => upstreams.setDisabled(actor, name, true)
  const enable: StateChange = (actor, name) => upstreams.setDisabled(actor, name, false)
  on(contract.resetUpstream, (context) =>
    change(context, context.req.valid('param').id, upstreams.reset),
  )
  on(contract.disableUpstream, (context) => change(context, context.req.valid('param').id, disable))
  on(contract.enableUpstream, (context) => change(context, context.req.valid('param').id, enable))
  // A disabled upstream gets no new requests and finishes those it has: that is draining it.
  on(contract.drainUpstream, (context) => change(context, context.req.valid('param').id, disable))
}

type StateChange = (actor: Actor, name: string) => Promise<UpstreamKey>

function asking({ on, parts }: AdminRoutes): void {
  const { admin, services } = parts
  on(contract.testUpstream, async (context) => {
    const { id } = await find(parts, context.req.valid('param').id)
    const [tested] = await admin.upstreams.test(String(id))
    if (tested === undefined) throw new ApiError('not_found')
    const { ok, status, latencyMs, detail } = tested.result
    return context.json({ ok, status, latency_ms: latencyMs, detail }, 200)
  })
  on(contract.fetchModels, async (context) => {
    const { id } = await find(parts, context.req.valid('param').id)
    const usable = services.directory.allUpstreams().find(({ key }) => key.id === id)
    const list = usable === undefined ? null : await upstreamModels(services, [usable])
    const models = [...new Set(list?.data.map((model) => model.id) ?? [])].sort()
    const problem = list === null ? 'the upstream gave no list of models; test it to see why' : null
    return context.json({ models, problem }, 200)
  })
  on(copySettings, async (context) => {
    const { from, to, fields } = context.req.valid('json')
    const source = await find(parts, from)
    const targets = await Promise.all(to.map((id) => find(parts, id)))
    for (const target of targets)
      await admin.upstreams.update(actorOf(context), String(target.id), copied(source, fields))
    return context.json({ changed: targets.length }, 200)
  })
}

function copied(
  source: UpstreamKey,
  fields: readonly ('weight' | 'models' | 'deployments' | 'api_version')[],
): UpstreamChanges {
  const { weight, models, deployments, apiVersion } = source
  const all = { weight, models, deployments, api_version: apiVersion }
  return changesOf(Object.fromEntries(fields.map((field) => [field, all[field]])))
}

async function find({ admin }: AdminApiParts, id: number): Promise<UpstreamKey> {
  const upstream = await admin.upstreams.find(String(id))
  // A name may be of digits in a database that was written by hand.
  if (upstream.id !== id) throw new ApiError('not_found')
  return upstream
}

async function shown<Status extends 200 | 201>(
  context: AdminContext,
  parts: AdminApiParts,
  upstream: UpstreamKey,
  status: Status,
) {
  tag(context, upstreamView(upstream), parts)
  return context.json(await oneUpstreamView(parts, upstream, languageOf(context)), status)
}

function changesOf(body: z.output<typeof contract.UpstreamChange>): UpstreamChanges {
  if (body.provider !== undefined)
    throw invalidField('provider', "it can't change; add another upstream instead")
  const { name, base_url, secret, weight, models, deployments, headers, api_version } = body
  const { protocol, max_in_flight, tags } = body
  return {
    ...(name !== undefined && { name }),
    ...(base_url !== undefined && { baseUrl: base_url }),
    ...(secret !== undefined && { secret }),
    ...(weight !== undefined && { weight }),
    ...(models !== undefined && { models }),
    ...(deployments !== undefined && { deployments }),
    ...(headers !== undefined && { headers }),
    ...(api_version !== undefined && { apiVersion: api_version }),
    ...(protocol !== undefined && { protocol }),
    ...(max_in_flight !== undefined && { maxInFlight: max_in_flight }),
    ...(tags !== undefined && { tags }),
  }
}

/** Of several shown states the store has one: it keeps no half-open breaker. */
function statusOf(state: (typeof contract.UPSTREAM_STATES)[number]) {
  if (state === 'disabled' || state === 'draining') return 'disabled' as const
  if (state === 'invalid' || state === 'healthy') return state
  return 'cooldown' as const
}
