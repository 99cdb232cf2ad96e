/** Others that speak OpenAI's language, and perhaps Anthropic's at another path of the same host. */
import type { UpstreamKey } from '../core/entities.ts'
import { presetAt } from '../core/providers/presets.ts'
import type { ProtocolName } from '../protocols/protocol.ts'
import { ANTHROPIC_VERSION } from './anthropic.ts'
import { chosenProtocol, hasOneFormat, openai } from './openai.ts'
import { type Destination, PLAIN_JSON, type Provider, remembered } from './provider.ts'

/** Chat is what all of them answer; the others only those that are known to, or that the operator says it of. */
function speaks({ baseUrl, protocol }: UpstreamKey, name: ProtocolName): boolean {
  const preset = presetAt(baseUrl)
  if (name === 'responses')
    return protocol === 'responses' || (protocol === null && (preset?.responses ?? null) !== null)
  if (name === 'anthropic') return protocol === null && (preset?.messages ?? null) !== null
  return true
}

/** All of these vendors take the key as a bearer token too, as agents send it. */
function messagesAt(baseUrl: string, path: string, secret: string): Destination {
  return {
    url: `${new URL(baseUrl).origin}${path}/v1/messages`,
    headers: { ...PLAIN_JSON, ...ANTHROPIC_VERSION, authorization: `Bearer ${secret}` },
  }
}

export const compatible: Provider = {
  ...openai,
  protocols: ['openai', 'responses', 'anthropic'],
  maker: null,
  speaks,
  mayLackRoutes: true,
  keepsResponses: ({ baseUrl }) => presetAt(baseUrl)?.responses !== 'stateless',
  onlyProtocol(upstream, asked) {
    const chosen = chosenProtocol(upstream, asked)
    if (chosen !== null || hasOneFormat(asked)) return chosen
    return presetAt(upstream.baseUrl)?.only ?? null
  },
  destination: remembered((upstream, secret, request) => {
    const { baseUrl } = upstream
    const path = request.endpoint === 'messages' ? (presetAt(baseUrl)?.messages ?? null) : null
    return path === null
      ? openai.destination(upstream, secret, request)
      : messagesAt(baseUrl, path, secret)
  }),
}
