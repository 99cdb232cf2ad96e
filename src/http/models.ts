/** GET /v1/models: what the configured upstream keys serve, as one list. */
import type { Context } from 'hono'
import { GatewayError } from '../core/errors.ts'
import { allowsModel } from '../core/model-names.ts'
import { authenticate } from '../pipeline/authenticate.ts'
import type { Gateway } from '../pipeline/gateway.ts'
import { modelList } from '../pipeline/model-list.ts'
import type { Exchange } from './exchange.ts'
import { errorAnswer, errorReply, newRequestId } from './refusals.ts'
import { respondTo, type ServerOptions } from './serve-endpoint.ts'

export function listModels(gateway: Gateway) {
  return async (context: Context): Promise<Response> => {
    const requestId = newRequestId()
    try {
      const caller = authenticate(gateway, context.req.raw.headers)
      const list = await modelList(gateway)
      const data = list.data.filter(({ id }) => allowsModel(caller.key.allowedModels, id))
      return Response.json({ ...list, data }, { headers: { 'x-request-id': requestId } })
    } catch (error) {
      return errorReply(error, requestId, gateway.logger)
    }
  }
}

/** A model that is configured by name is described here; any other is asked for at its upstream. */
export function lookAtModel(gateway: Gateway, { underWay }: ServerOptions) {
  return (exchange: Exchange, encoded: string): void => {
    const requestId = newRequestId()
    try {
      const caller = authenticate(gateway, exchange.headers)
      const model = decoded(encoded)
      const named = namedModel(gateway, model)
      if (named === null) {
        respondTo(gateway, exchange, 'models', () => model, underWay)
        return
      }
      if (!allowsModel(caller.key.allowedModels, model)) {
        throw new GatewayError(
          'model_not_allowed',
          `gateway: this proxy key may not use the model '${model}'.`,
          { param: 'model' },
        )
      }
      exchange.respond({
        status: 200,
        headers: { 'content-type': 'application/json;charset=utf-8', 'x-request-id': requestId },
        body: JSON.stringify(named),
      })
    } catch (error) {
      exchange.respond(errorAnswer(error, requestId, gateway.logger))
    }
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

function namedModel(gateway: Gateway, model: string): object | null {
  const upstream = gateway.directory.upstreamsFor(model)[0]
  if (upstream === undefined) return null
  const { models, deployments, provider } = upstream.key
  const named =
    models?.includes(model) || (deployments !== null && Object.hasOwn(deployments, model))
  return named ? { id: model, object: 'model', created: 0, owned_by: provider } : null
}
