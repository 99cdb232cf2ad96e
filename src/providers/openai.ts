/** OpenAI and whatever speaks its language at another base URL. */
import { type DestinationOf, PLAIN, PLAIN_JSON, requestTo, type WireProvider } from './provider.ts'

const place: DestinationOf = (upstream, secret, ask) => {
  const path = ask.endpoint === 'models' ? `models/${encodeURIComponent(ask.model)}` : ask.endpoint
  const headers = ask.text === null ? PLAIN : PLAIN_JSON
  return {
    url: `${upstream.baseUrl}/${path}`,
    headers: { ...headers, authorization: `Bearer ${secret}` },
  }
}

export const openai: WireProvider = {
  request: requestTo(place),
  modelList(upstream, secret) {
    return {
      method: 'GET',
      url: `${upstream.baseUrl}/models`,
      headers: { ...PLAIN, authorization: `Bearer ${secret}` },
      body: null,
    }
  },
}
