/** OpenAI and whatever speaks its language at another base URL. */
import type { UpstreamKey } from '../core/entities.ts'
import { presetAt } from '../core/providers/presets.ts'
import type { ProtocolName } from '../protocols/protocol.ts'
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

/** What the operator chose for this upstream. */
export function chosenProtocol({ protocol }: UpstreamKey): ProtocolName | null {
  return protocol === null ? null : PROTOCOL_OF[protocol]
}

/** As the operator chose, or as the model needs. */
export function onlyProtocol(upstream: UpstreamKey, model: string): ProtocolName | null {
  return chosenProtocol(upstream) ?? (needsResponses(model) ? 'responses' : null)
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

/** Others that speak OpenAI's language. */
export const compatible: Provider = {
  ...openai,
  maker: null,
  // Chat is what all of them answer; Responses only those that are known to, or that the operator says it of.
  speaks: ({ baseUrl, protocol }, name) =>
    name !== 'responses' ||
    protocol === 'responses' ||
    (protocol === null && presetAt(baseUrl)?.alsoSpeaks.includes('responses') === true),
  onlyProtocol: chosenProtocol,
}
