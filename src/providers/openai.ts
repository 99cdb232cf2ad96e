/** OpenAI: its routes, and in which of its formats a model is spoken to. */
import type { UpstreamKey } from '../core/entities.ts'
import type { ModelRequest, ProtocolName } from '../protocols/protocol.ts'
import { getJson, PLAIN, PLAIN_JSON, type Provider, remembered } from './provider.ts'

/**
 * Models that OpenAI serves at `/v1/responses` alone: at `/v1/chat/completions` they are a 404 "only supported in
 * v1/responses".
 */
const ONLY_RESPONSES =
  /^(?:(?:o\d|gpt-\d[\w.]*)(?:-mini)?-(?:pro|codex|deep-research)(?:-|$)|codex-mini|computer-use)/

export function needsResponses(model: string): boolean {
  return ONLY_RESPONSES.test(model)
}

const PROTOCOL_OF = { chat: 'openai', responses: 'responses' } as const

type Asked = Pick<ModelRequest, 'protocol' | 'endpoint'>

/** Embeddings and other calls have one format, whichever format conversations use. */
export function hasOneFormat({ protocol, endpoint }: Asked): boolean {
  return protocol === 'openai' && endpoint !== 'chat/completions'
}

/** What the operator chose for this upstream. */
export function chosenProtocol({ protocol }: UpstreamKey, asked: Asked): ProtocolName | null {
  return protocol === null || hasOneFormat(asked) ? null : PROTOCOL_OF[protocol]
}

/** As the operator chose, or as the model needs. */
export function onlyProtocol(
  upstream: UpstreamKey,
  asked: Asked,
  model: string,
): ProtocolName | null {
  const chosen = chosenProtocol(upstream, asked)
  if (chosen !== null || hasOneFormat(asked)) return chosen
  return needsResponses(model) ? 'responses' : null
}

export const openai: Provider = {
  protocols: ['openai', 'responses'],
  maker: 'openai',
  speaks: ({ protocol }, name) => name !== 'responses' || protocol !== 'chat',
  onlyProtocol,
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
