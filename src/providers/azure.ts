/** Azure OpenAI: a deployment in the path, the API version in the query, the key in its own header. */
import type { UpstreamKey } from '../core/entities.ts'
import { upstreamModelName } from '../routing/choose-key.ts'
import { onlyProtocol } from './openai.ts'
import {
  type Destination,
  getJson,
  PLAIN,
  PLAIN_JSON,
  type Provider,
  remembered,
} from './provider.ts'
import { withToken } from './with-token.ts'

/** Everything else is of the resource as a whole. */
const BY_DEPLOYMENT = /^(?:images|audio)\/(?!voice)/
const DEFAULT_API_VERSION = '2024-10-21'
/**
 * Of the dated versions only previews have these; the API "v1", which takes no version, has them.
 * https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
 */
const ONLY_IN_V1 =
  /^(?:responses|conversations|containers|vector_stores|evals|videos|realtime)(?:\/|$)/

export const azure: Provider = {
  protocols: ['openai'],
  maker: 'openai',
  speaks: ({ protocol }, name) => name !== 'responses' || protocol !== 'chat',
  onlyProtocol,
  destination: remembered((upstream, secret, { endpoint, model, text }) => {
    if (endpoint === 'responses')
      return { url: responsesUrl(upstream), ...authorized(PLAIN_JSON, secret) }
    const deployment = encodeURIComponent(upstreamModelName(upstream, model))
    const path =
      endpoint === 'models' ? `models/${deployment}` : `deployments/${deployment}/${endpoint}`
    return {
      url: `${upstream.baseUrl}/openai/${path}?${version(upstream.apiVersion)}`,
      ...authorized(text === null ? PLAIN : PLAIN_JSON, secret),
    }
  }),
  vendor(upstream, secret, { path, query, model }) {
    if (lacksNewRoutes(upstream) && ONLY_IN_V1.test(path)) {
      const url = `${upstream.baseUrl}/openai/v1/${path}${query}`
      return { url, ...authorized(PLAIN, secret) }
    }
    const place = BY_DEPLOYMENT.test(path)
      ? `deployments/${encodeURIComponent(model)}/${path}`
      : path
    // The one path that names the deployment in the query.
    const asked = path === 'realtime' ? query.replace(/([?&])model=/, '$1deployment=') : query
    const separator = query === '' ? '?' : '&'
    return {
      url: `${upstream.baseUrl}/openai/${place}${asked}${separator}${version(upstream.apiVersion)}`,
      ...authorized(PLAIN, secret),
    }
  },
  modelList: (upstream, secret) => ({
    ...getJson(`${upstream.baseUrl}/openai/models?${version(upstream.apiVersion)}`, {}),
    ...authorized(PLAIN, secret),
  }),
  transport: null,
  responseHeaders: {},
}

/** An application at Entra ID is written as JSON; a key is sent as it is. */
function authorized(headers: Destination['headers'], secret: string): Omit<Destination, 'url'> {
  return secret.startsWith('{')
    ? { headers, prepare: withToken(secret) }
    : { headers: { ...headers, 'api-key': secret } }
}

/** The body names the deployment. */
function responsesUrl(upstream: UpstreamKey): string {
  const { baseUrl, apiVersion } = upstream
  return lacksNewRoutes(upstream)
    ? `${baseUrl}/openai/v1/responses`
    : `${baseUrl}/openai/responses?${version(apiVersion)}`
}

/** Without a version, or with one that is generally available, such as the default of AZURE_API_VERSION. */
function lacksNewRoutes({ apiVersion }: UpstreamKey): boolean {
  return apiVersion === null || !apiVersion.endsWith('-preview')
}

function version(apiVersion: string | null): string {
  return `api-version=${encodeURIComponent(apiVersion ?? DEFAULT_API_VERSION)}`
}
