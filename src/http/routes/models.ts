/** GET /v1/models: what the configured upstream keys serve, as one list, and one of them by its name. */
import { GatewayError } from '../../core/errors.ts'
import { createModelList } from '../../pipeline/models/model-list.ts'
import type { Services } from '../../pipeline/services.ts'
import { allowsModel } from '../../routing/model-names.ts'
import { type AppParts, type Handler, json } from '../route.ts'
import { pathOf } from '../server/target.ts'
import { respondTo } from './inference.ts'

const MODEL_PATH = '/v1/models/'

export function listModels({ gateway }: AppParts): Handler<'proxy_key'> {
  const models = createModelList(gateway)
  return async ({ caller, exchange, headers }) => {
    await gateway.rateLimits.hold(caller.key, exchange, 0, headers)
    const list = await models.list()
    const data = list.data.filter(({ id }) => allowsModel(caller.key.allowedModels, id))
    return json({ ...list, data })
  }
}

/** A model that is configured by name is described here; any other is asked for at its upstream. */
export function lookAtModel({ gateway, inFlight }: AppParts): Handler<'proxy_key'> {
  return ({ caller, exchange }) => {
    const model = decoded(pathOf(exchange.target).slice(MODEL_PATH.length))
    const named = namedModel(gateway, model)
    if (named === null) {
      respondTo(gateway, exchange, 'models', () => model, inFlight)
      return null
    }
    if (!allowsModel(caller.key.allowedModels, model)) {
      throw new GatewayError(
        'model_not_allowed',
        `gateway: this proxy key may not use the model '${model}'.`,
        { param: 'model' },
      )
    }
    return json(named)
  }
}

/** As it stands where it is no proper encoding: then no model has that name. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

function namedModel(gateway: Services, model: string): object | null {
  const upstream = gateway.directory.upstreamsFor(model)[0]
  if (upstream === undefined) return null
  const { models, deployments, provider } = upstream.key
  const named =
    models?.includes(model) || (deployments !== null && Object.hasOwn(deployments, model))
  return named ? { id: model, object: 'model', created: 0, owned_by: provider } : null
}
