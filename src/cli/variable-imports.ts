/** Imports upstream keys from variables into rows, each once. */
import type { Actor } from '../admin/changes.ts'
import type { CommandAdmin } from '../admin/command-admin.ts'
import type { ImportOptions } from '../admin/upstreams/upstream-import.ts'
import type { Config } from '../config.ts'
import {
  importsFromVariables,
  PROVIDER_FACTS,
  type ProviderName,
} from '../core/providers/providers.ts'

export interface ImportedFromVariables {
  added: number
  /** Removed by an operator since; startup skips them. */
  removedBefore: number
}

type ImportKeys = CommandAdmin['upstreams']['importAll']

/** Keys of one provider at one address. */
interface VariableKeys extends Omit<Parameters<ImportKeys>[1], 'provider'> {
  baseUrl: string
  secrets: readonly string[]
}

/** The variables of each provider. */
const KEYS_OF: Readonly<Record<ProviderName, (config: Config) => readonly VariableKeys[]>> = {
  openai: ({ openaiBaseUrl, openaiApiKeys }) => [
    { baseUrl: openaiBaseUrl, secrets: openaiApiKeys },
  ],
  azure: azureKeys,
  anthropic: ({ anthropicApiKey }) => keyAt(PROVIDER_FACTS.anthropic.baseUrl, anthropicApiKey),
  gemini: ({ geminiApiKey }) => keyAt(PROVIDER_FACTS.gemini.baseUrl, geminiApiKey),
  vertex: ({ vertex }) => (vertex === null ? [] : keyAt(vertex.baseUrl, vertex.account)),
  bedrock: ({ bedrock }) =>
    bedrock === null || bedrock.keys.length === 0
      ? []
      : [{ baseUrl: bedrock.baseUrl, secrets: bedrock.keys }],
  compatible: ({ presetKeys }) =>
    presetKeys.map(({ baseUrl, key }) => ({ baseUrl, secrets: [key] })),
  demo: () => [],
}

function keyAt(baseUrl: string | null, secret: string | null): VariableKeys[] {
  return secret === null || baseUrl === null ? [] : [{ baseUrl, secrets: [secret] }]
}

function azureKeys(config: Config): VariableKeys[] {
  const { azureEndpoint: baseUrl, azureApiKeys, entraClient } = config
  if (baseUrl === null) return []
  return [
    {
      baseUrl,
      deployments: config.azureDeploymentNames,
      apiVersion: config.azureApiVersion,
      secrets: entraClient === null ? azureApiKeys : [...azureApiKeys, entraClient],
    },
  ]
}

/** Whether any variable holds an upstream key, including one that UPSTREAM_TYPE ignores. */
export function areKeysInVariables(config: Config): boolean {
  return Object.values(KEYS_OF).some((keysOf) =>
    keysOf(config).some(({ secrets }) => secrets.length > 0),
  )
}

/** UPSTREAM_TYPE, if set, ignores the variables of all other providers. */
export async function importFromVariables(
  { upstreams }: Pick<CommandAdmin, 'upstreams'>,
  config: Config,
  { actor, ...options }: ImportOptions & { actor: Actor },
): Promise<ImportedFromVariables> {
  const total: ImportedFromVariables = { added: 0, removedBefore: 0 }
  for (const [provider, keysOf] of Object.entries(KEYS_OF) as [ProviderName, typeof azureKeys][]) {
    if (!importsFromVariables(provider, config.upstreamType)) continue
    for (const { secrets, ...placement } of keysOf(config)) {
      const given = secrets.map((secret, index) => ({ secret, line: index + 1 }))
      const input = { provider, ...placement }
      const { added, removedBefore } = await upstreams.importAll(actor, input, given, options)
      total.added += added.length
      total.removedBefore += removedBefore
    }
  }
  return total
}
