/** Is it alive, is it ready, are its parts well; and the metrics, for admin keys only. */
import type { Context } from 'hono'
import { authenticateAdmin } from '../pipeline/authenticate.ts'
import type { Gateway } from '../pipeline/gateway.ts'
import { errorReply, newRequestId } from './refusals.ts'

export interface Readiness {
  /** True from SIGTERM on. */
  draining(): boolean
  databaseHealthy(): Promise<boolean>
}

export function health({ rateLimits, journal }: Gateway, readiness: Readiness) {
  return async (): Promise<Response> => {
    const database = (await readiness.databaseHealthy()) ? 'healthy' : 'unhealthy'
    const redis = rateLimits.health()
    const writes = journal.health().state === 'healthy' ? 'healthy' : 'unhealthy'
    const well = database === 'healthy' && redis !== 'degraded' && writes === 'healthy'
    return Response.json({
      status: well ? 'healthy' : 'degraded',
      services: { database, redis, journal: writes },
    })
  }
}

export function livez(): Response {
  return Response.json({ status: 'alive' })
}

export function readyz(readiness: Readiness) {
  return (): Response =>
    readiness.draining()
      ? Response.json({ status: 'draining' }, { status: 503 })
      : Response.json({ status: 'ready' })
}

export function metrics(gateway: Gateway) {
  return async (context: Context): Promise<Response> => {
    try {
      authenticateAdmin(gateway, context.req.raw.headers)
      const { metrics: collected } = gateway
      gateway.endedRequests.flush()
      return new Response(await collected.exposition(), {
        headers: { 'content-type': collected.contentType },
      })
    } catch (error) {
      return errorReply(error, newRequestId(), gateway.logger)
    }
  }
}
