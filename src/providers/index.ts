/** The registry: every provider by its name. */
import type { UpstreamKey } from '../core/entities.ts'
import type { ProviderName } from '../core/providers/providers.ts'
import type { ProtocolName } from '../protocols/protocol.ts'
import type { WireRequest } from '../upstreams/transport.ts'
import { anthropic } from './anthropic.ts'
import { azure } from './azure.ts'
import { bedrock } from './bedrock.ts'
import { compatible } from './compatible.ts'
import { demo } from './demo/provider.ts'
import { gemini } from './gemini.ts'
import { openai } from './openai.ts'
import { type Provider, withFixed } from './provider.ts'
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
  if (vendor === null || protocols[0] !== api) return null
  return (upstream, secret, path) => {
    const destination = vendor(upstream, secret, path)
    return { ...destination, headers: withFixed(destination.headers, upstream) }
  }
}

/** The list of an upstream's models, which also tells whether its key is accepted. */
export function modelListRequest(upstream: UpstreamKey, secret: string): WireRequest {
  const request = PROVIDERS[upstream.provider].modelList(upstream, secret)
  return { ...request, headers: withFixed(request.headers, upstream) }
}
