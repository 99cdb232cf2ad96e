/** The registry: every provider by its name. */
import type { ProviderName } from '../core/providers.ts'
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
