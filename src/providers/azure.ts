/** Azure OpenAI: a deployment in the path, the API version in the query, the key in its own header. */
import { upstreamModelName } from '../routing/choose-key.ts'
import { type DestinationOf, PLAIN, PLAIN_JSON, requestTo, type WireProvider } from './provider.ts'

const DEFAULT_API_VERSION = '2024-10-21'

const place: DestinationOf = (upstream, secret, ask) => {
  const deployment = encodeURIComponent(upstreamModelName(upstream, ask.model))
  const path =
    ask.endpoint === 'models' ? `models/${deployment}` : `deployments/${deployment}/${ask.endpoint}`
  return {
    url: `${upstream.baseUrl}/openai/${path}?${version(upstream.apiVersion)}`,
    headers: { ...(ask.text === null ? PLAIN : PLAIN_JSON), 'api-key': secret },
  }
}

export const azure: WireProvider = {
  request: requestTo(place),
  modelList(upstream, secret) {
    return {
      method: 'GET',
      url: `${upstream.baseUrl}/openai/models?${version(upstream.apiVersion)}`,
      headers: { ...PLAIN, 'api-key': secret },
      body: null,
    }
  },
}

function version(apiVersion: string | null): string {
  return `api-version=${encodeURIComponent(apiVersion ?? DEFAULT_API_VERSION)}`
}
