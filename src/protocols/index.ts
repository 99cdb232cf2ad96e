/** The registry: every protocol by its name. */
import { anthropic } from './anthropic/protocol.ts'
import { openai } from './openai/protocol.ts'
import type { Protocol, ProtocolName } from './protocol.ts'

export const PROTOCOLS: Readonly<Record<ProtocolName, Protocol>> = { openai, anthropic }
