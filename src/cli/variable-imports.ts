/** Upstream keys named by variables become rows, each once. */
import type { Admin } from '../admin/admin.ts'
import type { Config } from '../config.ts'

/** How many were new. UPSTREAM_TYPE, where set, leaves the other provider's variables alone. */
export async function importFromVariables({ upstreams }: Admin, config: Config): Promise<number> {
  const { upstreamType, openaiApiKeys, openaiBaseUrl, azureApiKeys, azureEndpoint } = config
  let added = 0
  if (upstreamType !== 'azure') {
    const placement = { provider: 'openai', baseUrl: openaiBaseUrl } as const
    added += (await upstreams.importAll(placement, openaiApiKeys)).length
  }
  if (upstreamType !== 'openai' && azureEndpoint !== null) {
    const { azureDeploymentNames: deployments, azureApiVersion: apiVersion } = config
    const placement = {
      provider: 'azure',
      baseUrl: azureEndpoint,
      deployments,
      apiVersion,
    } as const
    added += (await upstreams.importAll(placement, azureApiKeys)).length
  }
  return added
}
