/** The registry: every provider by its name. */
import type { ProviderName } from '../core/providers.ts'
import type { ProtocolName } from '../protocols/protocol.ts'
import { anthropic } from './anthropic.ts'
import { azure } from './azure.ts'
import { bedrock } from './bedrock.ts'
import { demo } from './demo/provider.ts'
import { gemini } from './gemini.ts'
import { compatible, openai } from './openai.ts'
import type { Provider } from './provider.ts'
import { vertex } from './vertex.ts'

export const PROVIDERS: Readonly<Record<ProviderName, Provider>> = {
  openai,
  azure,
  compatible,
  anthropic,
  gemini,
  vertex,
  bedrock,
  demo,
}

/** Where the further routes of one vendor's API are at a provider; null if it has none of them. */
export function vendorAt(provider: ProviderName, api: ProtocolName): Provider['vendor'] {
  const { vendor, protocols } = PROVIDERS[provider]
  return protocols[0] === api ? vendor : null
}
