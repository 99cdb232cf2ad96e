/** The demo as a provider: it answers inside of this process, for models that need no key. */
import { getJson, PLAIN, type Provider } from '../provider.ts'
import { demoTransport } from './transport.ts'

export const demo: Provider = {
  protocols: ['openai'],
  maker: 'demo',
  destination: (upstream, _, { endpoint, model }) => ({
    url: `${upstream.baseUrl}/${endpoint === 'models' ? `models/${encodeURIComponent(model)}` : endpoint}`,
    headers: PLAIN,
  }),
  modelList: (upstream) => getJson(`${upstream.baseUrl}/models`, {}),
  vendor: null,
  transport: demoTransport,
  // It must not look like a real model.
  responseHeaders: { 'x-gpt-proxy-demo': 'true' },
}
