/** A gateway in front of the scripted hosts of models, with a client of it. */
import { type Gateway, startGateway, type UpstreamSetting } from '../gateway.ts'
import { dataOf } from '../translation/translation.ts'
import { type Asked, AWS, startModelHosts } from './model-hosts.ts'

export interface HostsRig {
  gateway: Gateway
  /** The last request that a host received. */
  last(): Asked
  /** How many tokens the machine has issued. */
  tokens(): number
  post(path: string, body: object, headers?: Record<string, string>): Promise<Response>
  chat(model: string, more?: object): Promise<Response>
  stop(): Promise<void>
}

export async function startHostsRig(): Promise<HostsRig> {
  const hosts = startModelHosts()
  const gateway = await startGateway({
    env: { GCE_METADATA_HOST: hosts.host },
    upstreams: upstreamsAt(hosts.url),
  })
  const post: HostsRig['post'] = (path, body, headers = {}) =>
    fetch(`${gateway.origin}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${gateway.proxyKey}`,
        'content-type': 'application/json',
        ...headers,
      },
      body: JSON.stringify(body),
    })
  return {
    gateway,
    last: () => hosts.asked.at(-1) as Asked,
    tokens: () => hosts.tokens(),
    post,
    chat: (model, more = {}) =>
      post('/v1/chat/completions', {
        model,
        messages: [{ role: 'user', content: 'Hello' }],
        ...more,
      }),
    async stop() {
      await gateway.stop()
      hosts.close()
    },
  }
}

/** The text that a chat client reads of a stream. */
export const streamedText = async (reply: Response): Promise<string> =>
  dataOf(await reply.text())
    .map((data) => data.choices?.[0]?.delta?.content ?? '')
    .join('')

const upstreamsAt = (url: string): UpstreamSetting[] => [
  {
    name: 'studio',
    provider: 'gemini',
    baseUrl: url,
    key: 'AIzaSyTestKey0123456789',
    models: ['gemini-3-pro'],
  },
  {
    name: 'refused',
    provider: 'gemini',
    baseUrl: url,
    key: 'AIzaSyWrongKey987654321',
    models: ['gemini-refused'],
  },
  {
    name: 'vertex',
    provider: 'vertex',
    baseUrl: `${url}/v1/projects/p/locations/l`,
    key: 'adc',
    models: ['gemini-2.5-flash', 'claude-opus-4-8'],
  },
  {
    name: 'bedrock',
    provider: 'bedrock',
    baseUrl: url,
    key: AWS,
    models: [
      'amazon.nova-lite-v1:0',
      'amazon.broken-v1:0',
      'amazon.small-v1:0',
      'anthropic.claude-sonnet-4-5-20250929-v1:0',
    ],
  },
]
