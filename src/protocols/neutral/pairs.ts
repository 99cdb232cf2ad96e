/** Which formats a client's endpoint and an upstream's protocol stand for, when they differ. */

import type { Endpoint, ModelRequest, ProtocolName } from '../protocol.ts'
import type { DialectFormat, WireFormat } from '../translation/format.ts'
import { DIALECTS, WIRES } from '../translation/formats.ts'
import { cannotCarry } from './carry.ts'
import type { DialectName, WireName } from './neutral.ts'

/** Only conversations are translated. */
const DIALECT_OF: Partial<Readonly<Record<Endpoint, DialectName>>> = {
  'chat/completions': 'chat',
  messages: 'messages',
  responses: 'responses',
  generateContent: 'gemini',
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

export interface Pair {
  dialect: DialectFormat
  wire: WireFormat
  endpoint: Endpoint
}

/** Throws `invalid_request` for an endpoint that only its own vendors have. */
export function pairOf({ endpoint }: ModelRequest, protocol: ProtocolName): Pair {
  const { format, endpoint: wireEndpoint } = WIRE_OF[protocol]
  const name = DIALECT_OF[endpoint]
  const dialect = name === undefined ? undefined : DIALECTS[name]
  const wire = WIRES[format]
  if (dialect === undefined || wire === undefined)
    throw cannotCarry(`a request to '${endpoint}'`, format, 'model')
  return { dialect, wire, endpoint: wireEndpoint }
}
