/** Google Cloud's Vertex AI: Gemini and Claude, with access tokens that expire. */
import { upstreamModelName } from '../routing/choose-key.ts'
import type { Prepare } from '../upstreams/transport.ts'
import { inEnvelope, VERTEX } from './claude-envelope.ts'
import { geminiMethod } from './gemini.ts'
import { getJson, PLAIN_JSON, type Provider, remembered } from './provider.ts'
import { withToken } from './with-token.ts'

const isClaude = (model: string) => model.startsWith('claude')

/** The base URL names project and location: `https://LOCATION-aiplatform.googleapis.com/v1/projects/PROJECT/locations/LOCATION`. */
export const vertex: Provider = {
  protocols: ['gemini', 'anthropic'],
  maker: 'google',
  byModel: (model) =>
    isClaude(model)
      ? { protocol: 'anthropic', maker: 'anthropic' }
      : { protocol: 'gemini', maker: 'google' },
  destination: remembered((upstream, secret, { endpoint, model, stream }) => {
    const name = upstreamModelName(upstream, model)
    const id = encodeURIComponent(name)
    const place = isClaude(name)
      ? `anthropic/models/${id}:${stream ? 'streamRawPredict' : 'rawPredict'}`
      : `google/models/${id}:${geminiMethod(endpoint, stream)}`
    return {
      url: `${upstream.baseUrl}/publishers/${place}`,
      headers: PLAIN_JSON,
      prepare: authorized(secret, isClaude(name)),
    }
  }),
  vendor: null,
  modelList: (upstream, secret) => ({
    ...getJson(`${new URL(upstream.baseUrl).origin}/v1beta1/publishers/google/models`, {}),
    prepare: authorized(secret, false),
  }),
  transport: null,
  responseHeaders: {},
}

/** A plain key is one of Vertex's express mode. */
const KEY_HEADER = 'x-goog-api-key'

function authorized(secret: string, claude: boolean): Prepare {
  const authorize = withToken(secret, KEY_HEADER)
  return claude
    ? (request, credentials) => authorize(inEnvelope(request, VERTEX), credentials)
    : authorize
}
