/** The registry: which translation serves which kind of upstream. */
import type { Provider } from '../core/entities.ts'
import { azure } from './azure.ts'
import { openai } from './openai.ts'
import type { WireProvider } from './provider.ts'

export const PROVIDERS: Readonly<Record<Provider, WireProvider>> = {
  openai,
  azure,
  compatible: openai,
}
