/** Which formats a client's endpoint and an upstream's protocol stand for, when they differ. */

import type { Endpoint, ModelEndpoint, ModelRequest, ProtocolName } from '../protocol.ts'
import type { DialectFormat, WireFormat } from '../translation/format.ts'
import { DIALECTS, WIRES } from '../translation/formats.ts'
import { cannotCarry } from './carry.ts'
import type { DialectName, WireName } from './neutral.ts'

/** Only conversations are translated; null: an endpoint that stays within its protocol. */
const DIALECT_OF: Readonly<Record<ModelEndpoint, DialectName | null>> = {
  'chat/completions': 'chat',
  messages: 'messages',
  responses: 'responses',
  generateContent: 'gemini',
  completions: null,
  embeddings: null,
  models: null,
  'messages/count_tokens': null,
  'responses/input_tokens': null,
  countTokens: null,
  embedContent: null,
  batchEmbedContents: null,
  converse: null,
}

interface Wire {
  format: WireName
  /** Where conversations go. */
  endpoint: Endpoint
}

const WIRE_OF: Readonly<Record<ProtocolName, Wire>> = {
  openai: { format: 'chat', endpoint: 'chat/completions' },
  anthropic: { format: 'messages', endpoint: 'messages' },
  responses: { format: 'responses', endpoint: 'responses' },
  gemini: { format: 'gemini', endpoint: 'generateContent' },
  converse: { format: 'converse', endpoint: 'converse' },
}

/** Where conversations go, in whichever format. */
const CARRYING: ReadonlySet<Endpoint> = new Set(
  Object.values(WIRE_OF).map(({ endpoint }) => endpoint),
)

export interface Pair {
  dialect: DialectFormat
  wire: WireFormat
  endpoint: Endpoint
}

/** Throws `invalid_request` for an endpoint that only its own vendors have. */
export function pairOf({ endpoint }: ModelRequest, protocol: ProtocolName): Pair {
  const { format, endpoint: wireEndpoint } = WIRE_OF[protocol]
  const name = isModelEndpoint(endpoint) ? DIALECT_OF[endpoint] : null
  if (name === null) throw cannotCarry(`a request to '${endpoint}'`, format, 'model')
  return { dialect: DIALECTS[name], wire: WIRES[format], endpoint: wireEndpoint }
}

export function isConversation(endpoint: Endpoint): boolean {
  return isModelEndpoint(endpoint) && (DIALECT_OF[endpoint] !== null || CARRYING.has(endpoint))
}

/** The routes of vendors have names that this table does not list. */
function isModelEndpoint(endpoint: Endpoint): endpoint is ModelEndpoint {
  return Object.hasOwn(DIALECT_OF, endpoint)
}
