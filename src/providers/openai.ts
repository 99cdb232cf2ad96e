/** OpenAI and whatever speaks its language at another base URL. */
import { PLAIN, PLAIN_JSON, type WireProvider, wireBody } from './wire.ts'

export const openai: WireProvider = {
  request(upstream, secret, ask) {
    const path =
      ask.endpoint === 'models' ? `models/${encodeURIComponent(ask.model)}` : ask.endpoint
    return {
      method: ask.method,
      url: `${upstream.baseUrl}/${path}`,
      headers: {
        ...(ask.text === null ? PLAIN : PLAIN_JSON),
        authorization: `Bearer ${secret}`,
      },
      body: wireBody(upstream, ask),
    }
  },
  modelList(upstream, secret) {
    return {
      method: 'GET',
      url: `${upstream.baseUrl}/models`,
      headers: { ...PLAIN, authorization: `Bearer ${secret}` },
      body: null,
    }
  },
}
