/** The registry: every provider by its name. */
import type { ProviderName } from '../core/providers.ts'
import { azure } from './azure.ts'
import { demo } from './demo/provider.ts'
import { openai } from './openai.ts'
import type { Provider } from './provider.ts'

export const PROVIDERS: Readonly<Record<ProviderName, Provider>> = {
  openai,
  azure,
  compatible: openai,
  demo,
}
