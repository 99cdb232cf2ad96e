/** For UPS-1: tests all upstream keys concurrently. */
import { allPages } from '../../admin/pages.ts'
import type { UpstreamEvidence } from '../../doctor/evidence.ts'
import type { OpenedStore } from './surroundings.ts'

export async function probeUpstreams(
  { admin, store }: OpenedStore,
  model: string | null,
): Promise<UpstreamEvidence> {
  const tried = await admin.upstreams.test(null)
  const sealed = await admin.encryption.status()
  const unopened = sealed
    .filter(({ kind, problem }) => kind === 'upstream_key' && problem !== null)
    .map(({ name }) => name)
  return {
    nowMs: Date.now(),
    seen: tried.map(({ upstream: key, result }) => ({
      key,
      probe: unopened.includes(key.name) ? null : result,
    })),
    modelStates: await admin.upstreams.modelStates(),
    wanted: model === null ? await namedModels(store) : [model],
  }
}

/** A proxy key that is allowed a model by name depends on it. */
async function namedModels(store: OpenedStore['store']): Promise<string[]> {
  const { items } = await allPages((page) => store.listApiKeys({ ...page, status: 'active' }))
  const named = items.flatMap(({ allowedModels }) => allowedModels ?? [])
  return [...new Set(named)].filter((model) => !model.endsWith('*') && !model.startsWith('demo/'))
}
