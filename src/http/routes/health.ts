/** Is it alive, is it ready, are its parts well; and the metrics, for admin keys only. */
import { jsonReply } from '../json.ts'
import type { AppParts, Handler } from '../route.ts'

export function health({ gateway, readiness }: AppParts): Handler<'open'> {
  return async () => {
    const database = (await readiness.databaseHealthy()) ? 'healthy' : 'unhealthy'
    const redis = gateway.rateLimits.health()
    const others = await readiness.otherJournals().catch(() => null)
    const journals = [gateway.journal.health(), ...(others ?? [])]
    const isKept = others !== null && journals.every(({ state }) => state === 'healthy')
    const journal = isKept ? 'healthy' : 'unhealthy'
    const well = database === 'healthy' && redis !== 'degraded' && journal === 'healthy'
    return jsonReply({
      status: well ? 'healthy' : 'degraded',
      services: { database, redis, journal },
    })
  }
}

export function livez(): Handler<'open'> {
  return () => jsonReply({ status: 'alive' })
}

export function readyz({ readiness }: AppParts): Handler<'open'> {
  return () =>
    readiness.draining() ? jsonReply({ status: 'draining' }, 503) : jsonReply({ status: 'ready' })
}

export function metrics({ gateway }: AppParts): Handler<'admin_key'> {
  return async () => {
    const { metrics: collected, endedRequests } = gateway
    endedRequests.flush()
    const headers = { 'content-type': collected.contentType }
    return { status: 200, headers, body: await collected.exposition() }
  }
}
