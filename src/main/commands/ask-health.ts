/** Queries the health of the gateway on HOST and PORT: for people, and for a container's health check. */
import { get } from 'node:http'
import { get as getTls } from 'node:https'
import { text } from 'node:stream/consumers'
import type { HealthReport } from '../../cli/context.ts'
import type { Config } from '../../config.ts'
import { ownAddress } from '../compose/own-address.ts'

const PATIENCE_MS = 3_000

export function askHealth({ host, port }: Config): Promise<HealthReport> {
  return askHealthAt(ownAddress(host, port))
}

export async function askHealthAt(url: string): Promise<HealthReport> {
  try {
    const [ready, health] = await Promise.all([ask(`${url}/readyz`), ask(`${url}/health`)])
    const { status, services } = JSON.parse(health.body) as Pick<
      HealthReport,
      'status' | 'services'
    >
    const isReady = ready.status === 200
    return { url, ready: isReady, status: isReady ? status : 'draining', services }
  } catch (error) {
    const { code, name } = error as { code?: string; name?: string }
    return { url, ready: false, status: `unreachable (${code ?? name})`, services: {} }
  }
}

interface HealthResponse {
  status: number
  body: string
}

/** Not with fetch, which would use the outgoing proxy configured for upstreams. */
function ask(url: string): Promise<HealthResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<HealthResponse>()
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const request = (url.startsWith('https:') ? getTls : get)(
    url,
    { signal, agent: false },
    (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject)
    },
  )
  request.on('error', reject)
  return promise
}
