/** The registry of formats that are translated: what clients speak and what upstreams speak. */
import { messagesDialect, messagesWire } from './anthropic/format.ts'
import type { DialectFormat, WireFormat } from './format.ts'
import type { DialectName, WireName } from './neutral.ts'
import { chatDialect, chatWire } from './openai/chat/format.ts'

export const DIALECTS: Partial<Readonly<Record<DialectName, DialectFormat>>> = {
  chat: chatDialect,
  messages: messagesDialect,
}

export const WIRES: Partial<Readonly<Record<WireName, WireFormat>>> = {
  chat: chatWire,
  messages: messagesWire,
}
