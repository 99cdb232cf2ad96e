/** Imports upstream keys from variables into rows, each once. */
import type { Admin } from '../admin/admin.ts'
import type { Actor } from '../admin/changes.ts'
import type { ImportOptions } from '../admin/upstreams/upstream-import.ts'
import type { Config } from '../config.ts'
import type { Provider } from '../core/entities.ts'
import { PROVIDER_FACTS } from '../core/providers.ts'

export interface ImportedFromVariables {
  added: number
  /** Removed by an operator since; startup skips them. */
  removedBefore: number
}

interface OtherKeys {
  provider: Provider
  baseUrl: string
  secrets: readonly string[]
}

/** Keys of other vendors and cloud accounts, in their usual variables. */
export function otherKeys(config: Config): OtherKeys[] {
  const { presetKeys, anthropicApiKey, geminiApiKey, bedrock, vertex } = config
  const at = (provider: Provider, secret: string | null): OtherKeys[] => {
    const { baseUrl } = PROVIDER_FACTS[provider]
    return secret === null || baseUrl === null ? [] : [{ provider, baseUrl, secrets: [secret] }]
  }
  return [
    ...at('anthropic', anthropicApiKey),
    ...at('gemini', geminiApiKey),
    ...(vertex === null
      ? []
      : [{ provider: 'vertex' as const, baseUrl: vertex.baseUrl, secrets: [vertex.account] }]),
    ...(bedrock === null
      ? []
      : [{ provider: 'bedrock' as const, baseUrl: bedrock.baseUrl, secrets: bedrock.keys }]),
    ...presetKeys.map(({ baseUrl, key }) => ({
      provider: 'compatible' as const,
      baseUrl,
      secrets: [key],
    })),
  ].filter(({ secrets }) => secrets.length > 0)
}

/** UPSTREAM_TYPE, if set, ignores the variables of all other providers. */
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
    const { entraClient, azureDeploymentNames: deployments, azureApiVersion: apiVersion } = config
    await importAll(
      { provider: 'azure', baseUrl: azureEndpoint, deployments, apiVersion },
      entraClient === null ? azureApiKeys : [...azureApiKeys, entraClient],
    )
  }
  if (upstreamType === null)
    for (const { provider, baseUrl, secrets } of otherKeys(config))
      await importAll({ provider, baseUrl }, secrets)
  return total
}
