/** Gemini at Google AI Studio: the model and what is wanted of it are in the path. */
import { TUNED_MODELS } from '../core/providers/tuned-models.ts'
import { upstreamModelName } from '../routing/choose-key.ts'
import { getJson, PLAIN, PLAIN_JSON, type Provider, remembered } from './provider.ts'

/** Whose operation is wanted follows after a colon. */
const MODEL_IN_PATH = /^(v1\w*\/models\/)[^/:]+(?=:)/

/** The collection of a model, and its name there. */
function placeOf(model: string): string {
  const isTuned = model.startsWith(TUNED_MODELS)
  const name = isTuned ? model.slice(TUNED_MODELS.length) : model
  return `${isTuned ? TUNED_MODELS : 'models/'}${encodeURIComponent(name)}`
}

export const gemini: Provider = {
  protocols: ['gemini'],
  maker: 'google',
  destination: remembered((upstream, secret, { endpoint, model, stream }) => ({
    url: `${upstream.baseUrl}/v1beta/${placeOf(upstreamModelName(upstream, model))}:${geminiMethod(endpoint, stream)}`,
    headers: { ...PLAIN_JSON, 'x-goog-api-key': secret },
  })),
  vendor(upstream, secret, { path, query, model }) {
    const place =
      model === '' ? path : path.replace(MODEL_IN_PATH, `$1${encodeURIComponent(model)}`)
    return {
      url: `${upstream.baseUrl}/${place}${query}`,
      headers: { ...PLAIN, 'x-goog-api-key': secret },
    }
  },
  modelList: (upstream, secret) =>
    getJson(`${upstream.baseUrl}/v1beta/models?pageSize=1000`, { 'x-goog-api-key': secret }),
  transport: null,
  responseHeaders: {},
}

/** Without `alt=sse` a stream would be one long JSON list. */
export function geminiMethod(endpoint: string, stream: boolean): string {
  if (endpoint !== 'generateContent') return endpoint
  return stream ? 'streamGenerateContent?alt=sse' : endpoint
}
