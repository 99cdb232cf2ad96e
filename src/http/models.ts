/** GET /v1/models: what the configured upstream keys serve, as one list. */
import type { Context } from 'hono'
import { GatewayError } from '../core/errors.ts'
import { allowsModel } from '../core/model-names.ts'
import { authenticate } from '../pipeline/authenticate.ts'
import type { Gateway } from '../pipeline/gateway.ts'
import { modelList } from '../pipeline/model-list.ts'
import { errorReply, newRequestId } from './refusals.ts'
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
export function lookAtModel(gateway: Gateway, options: ServerOptions) {
  return (context: Context): Promise<Response> | Response => {
    const request = context.req.raw
    const model = context.req.param('model') ?? ''
    const requestId = newRequestId()
    try {
      const caller = authenticate(gateway, request.headers)
      const named = namedModel(gateway, model)
      if (named === null) return respondTo(gateway, request, 'models', async () => model, options)
      if (!allowsModel(caller.key.allowedModels, model)) {
        throw new GatewayError(
          'model_not_allowed',
          `gateway: this proxy key may not use the model '${model}'.`,
          { param: 'model' },
        )
      }
      return Response.json(named, { headers: { 'x-request-id': requestId } })
    } catch (error) {
      return errorReply(error, requestId, gateway.logger)
    }
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
