/** What the messages of a session say, by the vendor whose API it is: the model, and what was used. */
import { NO_USAGE, type TokenUsage } from '../../core/token-usage.ts'
import type { MessagesRead } from '../../http1/websocket-frames.ts'
import type { VendorApi } from '../../passthrough/route.ts'
import { tokensInAnswer } from '../../protocols/gemini/usage.ts'
import { jsonOf } from '../attempt/read-body.ts'
import { fieldsOf } from '../vendor/own.ts'
import { usageWithUnits } from '../vendor/usage-in.ts'

export interface SessionDialect {
  /** JSON may come in binary messages, too. */
  reads: MessagesRead
  openMeter(): SessionMeter
  /** The model that a client's message asks for; null if it names none, or the path has named it. */
  modelIn(message: string): string | null
}

/** Reads what one session uses. */
export interface SessionMeter {
  /** What an upstream's message reports; null if it reports nothing. */
  read(message: string): TokenUsage | null
  /** What was used and not returned by `read` until the session ended; without any count if that is not known. */
  rest(): TokenUsage | null
}

/** A message of a response can hold images. */
const MOST_BYTES = 16 * 1024 * 1024
const MADE = /"type" *: *"[\w.]+\.delta"/

class OpenAiMeter implements SessionMeter {
  /** Something was made since usage was last reported. */
  private isUnreported = false
  /** Of a Live session, which reports them as a running total. */
  private seconds = 0

  read(message: string): TokenUsage | null {
    if (!message.includes('"usage"')) {
      this.isUnreported ||= MADE.test(message)
      return null
    }
    const event = fieldsOf(jsonOf(message))
    const { seconds } = fieldsOf(event.usage)
    if (typeof seconds === 'number' && seconds > 0) return this.heard(String(event.type), seconds)
    const usage = usageWithUnits(event)
    if (usage !== null) this.isUnreported = false
    return usage
  }

  private heard(type: string, seconds: number): TokenUsage | null {
    this.isUnreported = false
    // A transcription reports its own.
    if (!type.startsWith('session.')) return { ...NO_USAGE, units: { seconds } }
    this.seconds = Math.max(this.seconds, seconds)
    return null
  }

  rest(): TokenUsage | null {
    if (this.seconds > 0) return { ...NO_USAGE, units: { seconds: this.seconds } }
    return this.isUnreported ? { ...NO_USAGE } : null
  }
}

class GeminiMeter implements SessionMeter {
  private isUnreported = false

  read(message: string): TokenUsage | null {
    const usage = message.includes('TokenCount"') ? tokensInAnswer(jsonOf(message)) : null
    if (usage !== null) this.isUnreported = false
    else this.isUnreported ||= message.includes('"modelTurn"')
    return usage
  }

  rest(): TokenUsage | null {
    return this.isUnreported ? { ...NO_USAGE } : null
  }
}

const openai: SessionDialect = {
  reads: { binary: false, maxBytes: MOST_BYTES },
  openMeter: () => new OpenAiMeter(),
  modelIn(message) {
    if (!message.includes('"model"')) return null
    const { model, session, response } = fieldsOf(jsonOf(message))
    const named = model ?? fieldsOf(session).model ?? fieldsOf(response).model
    return typeof named === 'string' ? named : null
  },
}

const gemini: SessionDialect = {
  reads: { binary: true, maxBytes: MOST_BYTES },
  openMeter: () => new GeminiMeter(),
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
