/** The registry of formats that are translated: what clients speak and what upstreams speak. */
import { messagesDialect, messagesWire } from '../anthropic/format.ts'
import { converseWire } from '../converse/format.ts'
import { geminiDialect, geminiWire } from '../gemini/format.ts'
import type { DialectName, WireName } from '../neutral/neutral.ts'
import { chatDialect, chatWire } from '../openai/chat/format.ts'
import { responsesDialect, responsesWire } from '../responses/format.ts'
import type { DialectFormat, WireFormat } from './format.ts'

export const DIALECTS: Readonly<Record<DialectName, DialectFormat>> = {
  chat: chatDialect,
  responses: responsesDialect,
  messages: messagesDialect,
  gemini: geminiDialect,
}

export const WIRES: Readonly<Record<WireName, WireFormat>> = {
  chat: chatWire,
  responses: responsesWire,
  messages: messagesWire,
  gemini: geminiWire,
  converse: converseWire,
}
