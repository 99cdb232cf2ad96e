/** The registry: every protocol by its name. */
import { anthropic } from './anthropic/protocol.ts'
import { converse } from './converse/protocol.ts'
import { gemini } from './gemini/protocol.ts'
import { openai } from './openai/protocol.ts'
import type { Protocol, ProtocolName } from './protocol.ts'
import { responses } from './responses/protocol.ts'

export const PROTOCOLS: Readonly<Record<ProtocolName, Protocol>> = {
  openai,
  anthropic,
  responses,
  gemini,
  converse,
}
