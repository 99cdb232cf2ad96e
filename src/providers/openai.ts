/** OpenAI and whatever speaks its language at another base URL. */
import { presetAt } from '../core/providers/presets.ts'
import { getJson, PLAIN, PLAIN_JSON, type Provider, remembered } from './provider.ts'

export const openai: Provider = {
  protocols: ['openai', 'responses'],
  maker: 'openai',
  destination: remembered((upstream, secret, { endpoint, model, text }) => {
    const path = endpoint === 'models' ? `models/${encodeURIComponent(model)}` : endpoint
    return {
      url: `${upstream.baseUrl}/${path}`,
      headers: { ...(text === null ? PLAIN : PLAIN_JSON), authorization: `Bearer ${secret}` },
    }
  }),
  vendor: (upstream, secret, { path, query }) => ({
    url: `${upstream.baseUrl}/${path}${query}`,
    headers: { ...PLAIN, authorization: `Bearer ${secret}` },
  }),
  modelList: (upstream, secret) =>
    getJson(`${upstream.baseUrl}/models`, { authorization: `Bearer ${secret}` }),
  transport: null,
  responseHeaders: {},
}

/** Others that speak OpenAI's language. */
export const compatible: Provider = {
  ...openai,
  maker: null,
  // Chat is what all of them answer; Responses only those that are known to.
  speaks: ({ baseUrl }, protocol) =>
    protocol !== 'responses' || presetAt(baseUrl)?.alsoSpeaks.includes('responses') === true,
}
