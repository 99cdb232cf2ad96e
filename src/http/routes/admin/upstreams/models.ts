/** Public model names: where they lead, and what would serve one right now. */

import type { UpstreamStatus } from '../../../../core/entities.ts'
import { listedNames } from '../../../../pipeline/models/model-list.ts'
import { allowsModel } from '../../../../routing/model-names.ts'
import type { Target } from '../../../../routing/plan.ts'
import type { UsableUpstream } from '../../../../upstreams/directory.ts'
import * as contract from '../contract/models.ts'
import type { AdminRoutes } from '../frame/operation.ts'
import type { AdminApiParts } from '../frame/parts.ts'
import { publishedPricesOf } from '../views/published-price.ts'
import { ownPrices } from './prices.ts'

/** The first list of a vendor takes about a second. */
const PAGE_WAIT_MS = 2_000

export function modelOperations({ on, parts }: AdminRoutes): void {
  on(contract.listModels, async (context) => {
    const { search, cursor, limit } = context.req.valid('query')
    const own = new Map((await ownPrices(parts)).map((price) => [price.model, price]))
    const wanted = search?.toLowerCase() ?? ''
    const defined = new Set(parts.services.directory.models().map(({ name }) => name))
    const known = await publicNames(parts, PAGE_WAIT_MS)
    const names = known.filter((name) => name.toLowerCase().includes(wanted))
    const rest = names.filter((name) => cursor === undefined || name > cursor)
    const page = rest.slice(0, limit)
    const published = await publishedPricesOf(parts, page)
    const items = page.map((name) => {
      const targets = targetsOf(parts, name)
      return {
        name,
        origin: defined.has(name) ? ('declared' as const) : ('listed' as const),
        targets,
        price: own.get(name) ?? published.get(name) ?? null,
        available: targets.some(({ skipped }) => skipped === null),
      }
    })
    const next = rest.length > limit ? (page.at(-1) ?? null) : null
    return context.json({ items, next_cursor: next, total: names.length }, 200)
  })
  on(contract.explainModel, async (context) => {
    const { model, key_id: keyId } = context.req.valid('query')
    const key = keyId === undefined ? null : await parts.admin.keys.find(String(keyId))
    const allowed = key === null || allowsModel(key.allowedModels, model)
    const targets = targetsOf(parts, model)
    const problem = !allowed
      ? 'the key does not allow this model'
      : targets.length === 0
        ? 'no upstream serves it'
        : targets.every(({ skipped }) => skipped !== null)
          ? 'every upstream that serves it is passed over right now'
          : null
    return context.json({ model, allowed, problem, targets }, 200)
  })
}

/**
 * Names that an operator defined, that upstreams are configured for (a pattern is shown as it is), or that upstreams
 * list within `waitMs`.
 */
export async function publicNames({ services }: AdminApiParts, waitMs: number): Promise<string[]> {
  const defined = services.directory.models().map(({ name }) => name)
  const served = services.directory
    .allUpstreams()
    .flatMap(({ key }) => [...(key.models ?? []), ...Object.keys(key.deployments ?? {})])
  const listed = await listedNames(services, waitMs)
  return [...new Set([...defined, ...served, ...listed])].sort()
}

function targetsOf(parts: AdminApiParts, model: string) {
  const { plan } = parts.services.directory.routeFor(model)
  return plan
    .toSorted((one, other) => one.priority - other.priority)
    .flatMap((target) => target.keys.map((upstream) => targetOf(parts, upstream, target)))
}

function targetOf(
  { services, nowMs }: AdminApiParts,
  { key }: UsableUpstream,
  { model, priority }: Target<UsableUpstream>,
) {
  const state = services.health.state(key.id) ?? key.state
  const skipped = services.health.admission(key, model) === 'deny'
  const untilMs = services.health.restsUntilMs(key, model) ?? state.cooldownUntilMs
  return {
    upstream_id: key.id,
    upstream: key.name,
    model,
    priority,
    weight: key.weight,
    skipped: skipped ? reasonOf(state.status, (untilMs ?? nowMs()) - nowMs()) : null,
    state: state.status,
  }
}

function reasonOf(status: UpstreamStatus, waitMs: number): string {
  if (status === 'disabled') return 'switched off'
  if (status === 'invalid') return 'the provider refuses its key'
  return waitMs > 0 ? `cools down for ${Math.ceil(waitMs / 1000)} s more` : 'being tried again'
}
