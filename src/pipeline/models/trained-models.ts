/**
 * Models that a user of this gateway had trained are theirs alone, as files are, until an operator names one: in a
 * model's definition, or in the list of an upstream key.
 */
import type { Caller } from '../../access/caller.ts'
import type { VendorObject } from '../../passthrough/objects.ts'
import { fineTunedModel } from '../../passthrough/references.ts'
import type { Plan } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { Services } from '../services.ts'

type TrainedServices = Pick<Services, 'objects' | 'directory'>

/** Of one look-up. */
const MAX_IDS = 500

/** Of these names, those that another user had trained. Most names belong to no training and are not looked up. */
export async function othersModels(
  services: TrainedServices,
  { user }: Caller,
  models: readonly string[],
): Promise<ReadonlySet<string>> {
  const trained = models.filter(
    (model) => fineTunedModel(model) !== null && !isNamed(services, model),
  )
  const rows = await rowsOf(services, trained)
  return new Set(
    trained.filter((model) => {
      const known = rows.get(idOf(model)) ?? []
      return known.length > 0 && known.every(({ userId }) => userId !== user.id)
    }),
  )
}

/** The plan at the upstream key that trained the model; null if another user had it trained. */
export async function planForTrained(
  services: TrainedServices,
  { user }: Caller,
  { model, plan }: { model: string; plan: Plan<UsableUpstream> },
): Promise<Plan<UsableUpstream> | null> {
  if (isNamed(services, model)) return plan
  const rows = (await rowsOf(services, [model])).get(idOf(model)) ?? []
  const own = rows.filter(({ userId }) => userId === user.id)
  if (own.length === 0) return rows.length === 0 ? plan : null
  const isHolder = ({ key }: UsableUpstream) => own.some((row) => row.upstreamKeyId === key.id)
  const held = plan
    .map((target) => ({ ...target, keys: target.keys.filter(isHolder) }))
    .filter(({ keys }) => keys.length > 0)
  // A key that was added again can serve it, too.
  return held.length > 0 ? held : plan
}

async function rowsOf(
  { objects }: TrainedServices,
  models: readonly string[],
): Promise<Map<string, VendorObject[]>> {
  const ids = [...new Set(models.map(idOf))]
  const rows: VendorObject[] = []
  for (let at = 0; at < ids.length; at += MAX_IDS)
    rows.push(...(await objects.find('model', ids.slice(at, at + MAX_IDS))))
  return Map.groupBy(rows, ({ id }) => id)
}

function idOf(model: string): string {
  return fineTunedModel(model)?.id ?? model
}

function isNamed({ directory }: TrainedServices, model: string): boolean {
  if (directory.routeFor(model).definition !== null) return true
  return directory
    .allUpstreams()
    .some(({ key }) => key.models?.includes(model) || Object.hasOwn(key.deployments ?? {}, model))
}
