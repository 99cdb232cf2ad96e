/** What a caller may not name: objects and trained models of other users. */
import type { Caller } from '../../access/caller.ts'
import { GatewayError } from '../../core/errors.ts'
import type { Reference, VendorObject } from '../../passthrough/objects.ts'
import { othersModels } from '../models/trained-models.ts'
import type { Services } from '../services.ts'
import { ownedBy } from './ownership.ts'

/** The caller's own objects among those that are named; throws if one, or a model, is another user's. */
export async function refuseOthers(
  services: Services,
  caller: Caller,
  named: readonly Reference[],
): Promise<VendorObject[]> {
  const models = named.filter(isModel).map(({ id }) => id)
  const own = await ownedBy(
    services,
    caller,
    named.filter((one) => !isModel(one)),
  )
  const [other] = await othersModels(services, caller, models)
  if (other === undefined) return own
  throw new GatewayError('model_not_found', `gateway: there is no model '${other}'.`, {
    param: 'model',
  })
}

function isModel({ kind }: Reference): boolean {
  return kind === 'model'
}
