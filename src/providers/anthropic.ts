/** Anthropic, and whatever speaks its Messages API at another base URL. */
import type { ModelRequest } from '../protocols/protocol.ts'
import { getJson, PLAIN, PLAIN_JSON, type Provider, remembered } from './provider.ts'

/** The only version that there is; a client's own word for it is not passed on. */
export const ANTHROPIC_VERSION = { 'anthropic-version': '2023-06-01' } as const

export const anthropic: Provider = {
  protocols: ['anthropic'],
  maker: 'anthropic',
  destination: remembered((upstream, secret, { endpoint }: ModelRequest) => ({
    url: `${upstream.baseUrl}/v1/${endpoint}`,
    headers: { ...PLAIN_JSON, ...ANTHROPIC_VERSION, 'x-api-key': secret },
  })),
  vendor: (upstream, secret, { path, query }) => ({
    url: `${upstream.baseUrl}/v1/${path}${query}`,
    headers: { ...PLAIN, ...ANTHROPIC_VERSION, 'x-api-key': secret },
  }),
  modelList: (upstream, secret) =>
    getJson(`${upstream.baseUrl}/v1/models?limit=1000`, {
      ...ANTHROPIC_VERSION,
      'x-api-key': secret,
    }),
  transport: null,
  responseHeaders: {},
}
