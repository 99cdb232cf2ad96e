/** Upstream keys named by variables become rows, each once. */
import type { Admin } from '../admin/admin.ts'
import type { Actor } from '../admin/changes.ts'
import type { ImportOptions } from '../admin/upstream-import.ts'
import type { Config } from '../config.ts'

export interface ImportedFromVariables {
  added: number
  /** Removed by an operator since; a start leaves them out. */
  removedBefore: number
}

/** UPSTREAM_TYPE, if set, leaves the variables of all other providers alone. */
export async function importFromVariables(
  { upstreams }: Admin,
  config: Config,
  { actor, ...options }: ImportOptions & { actor: Actor },
): Promise<ImportedFromVariables> {
  const { upstreamType, openaiApiKeys, openaiBaseUrl, azureApiKeys, azureEndpoint } = config
  const total: ImportedFromVariables = { added: 0, removedBefore: 0 }
  const importAll = async (
    placement: Parameters<typeof upstreams.importAll>[1],
    secrets: readonly string[],
  ) => {
    const given = secrets.map((secret, index) => ({ secret, line: index + 1 }))
    const { added, removedBefore } = await upstreams.importAll(actor, placement, given, options)
    total.added += added.length
    total.removedBefore += removedBefore
  }
  if (upstreamType !== 'azure')
    await importAll({ provider: 'openai', baseUrl: openaiBaseUrl }, openaiApiKeys)
  if (upstreamType !== 'openai' && azureEndpoint !== null) {
    const { azureDeploymentNames: deployments, azureApiVersion: apiVersion } = config
    await importAll(
      { provider: 'azure', baseUrl: azureEndpoint, deployments, apiVersion },
      azureApiKeys,
    )
  }
  if (upstreamType === null)
    for (const { baseUrl, key } of config.presetKeys)
      await importAll({ provider: 'compatible', baseUrl }, [key])
  return total
}
