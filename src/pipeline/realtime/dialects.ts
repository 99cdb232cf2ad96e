/** What the messages of a session say, by the vendor whose API it is: the model, and what was used. */
import type { TokenUsage } from '../../core/token-usage.ts'
import type { MessagesRead } from '../../http1/websocket-frames.ts'
import type { VendorApi } from '../../passthrough/route.ts'
import { tokensIn } from '../../passthrough/usage.ts'
import { tokensInAnswer } from '../../protocols/gemini/usage.ts'
import { jsonOf } from '../attempt/read-body.ts'
import { fieldsOf } from '../vendor/own.ts'

export interface SessionDialect {
  /** JSON may come in binary messages, too. */
  reads: MessagesRead
  /** What an upstream's message reports; null if it reports nothing. */
  usageIn(message: string): TokenUsage | null
  /** The model that a client's message asks for; null if it names none, or the path has named it. */
  modelIn(message: string): string | null
}

/** A message of a response can hold images. */
const MOST_BYTES = 16 * 1024 * 1024

const openai: SessionDialect = {
  reads: { binary: false, maxBytes: MOST_BYTES },
  usageIn: (message) => (message.includes('"usage"') ? tokensIn(jsonOf(message)) : null),
  modelIn(message) {
    if (!message.includes('"model"')) return null
    const { model, session, response } = fieldsOf(jsonOf(message))
    const named = model ?? fieldsOf(session).model ?? fieldsOf(response).model
    return typeof named === 'string' ? named : null
  },
}

const gemini: SessionDialect = {
  reads: { binary: true, maxBytes: MOST_BYTES },
  usageIn: (message) => (message.includes('TokenCount"') ? tokensInAnswer(jsonOf(message)) : null),
  modelIn(message) {
    if (!message.includes('"setup"')) return null
    const { model } = fieldsOf(fieldsOf(jsonOf(message)).setup)
    return typeof model === 'string' ? model.replace(/^models\//, '') : null
  },
}

export const SESSION_DIALECTS: Readonly<Record<VendorApi, SessionDialect>> = {
  openai,
  gemini,
  // It has no sessions.
  anthropic: openai,
}
