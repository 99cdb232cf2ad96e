/** What the messages of a session say, by the vendor whose API it is: the model, and what was used. */
import { NO_USAGE, type TokenUsage } from '../../core/token-usage.ts'
import type { MessagesRead } from '../../http1/websocket-frames.ts'
import type { VendorApi } from '../../passthrough/route.ts'
import { noteSearches, tokensInAnswer } from '../../protocols/gemini/usage.ts'
import { jsonOf } from '../attempt/read-body.ts'
import { fieldsOf } from '../vendor/own.ts'
import { usageWithUnits } from '../vendor/usage-in.ts'

/** A part of what a session used. */
export interface SessionUse {
  usage: TokenUsage
  /** Of a transcription, the model that made it, which has its own price; null if it is not known. */
  transcribedBy?: string | null
}

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
  read(message: string): SessionUse | null
  /** What was used and not returned by `read` until the session ended; without any count if that is not known. */
  rest(): TokenUsage | null
}

/** A message of a response can hold images. */
const MAX_BYTES = 16 * 1024 * 1024
const TRANSCRIBED = 'conversation.item.input_audio_transcription.'
const MADE = /"type" *: *"[\w.]+\.delta"/

class OpenAiMeter implements SessionMeter {
  /** Something was made since usage was last reported. */
  private isUnreported = false
  /** Of a Live session, which reports them as a running total. */
  private seconds = 0
  private transcribedBy: string | null = null

  read(message: string): SessionUse | null {
    if (message.includes('transcription"'))
      this.noteTranscription(fieldsOf(jsonOf(message)).session)
    if (!message.includes('"usage"')) {
      this.isUnreported ||= MADE.test(message)
      return null
    }
    const event = fieldsOf(jsonOf(message))
    const { seconds } = fieldsOf(event.usage)
    const heard = typeof seconds === 'number' && seconds > 0 ? seconds : 0
    const usage = heard > 0 ? { ...NO_USAGE, units: { seconds: heard } } : usageWithUnits(event)
    if (usage === null) return null
    if (String(event.type).startsWith(TRANSCRIBED))
      return { usage, transcribedBy: this.transcribedBy }
    this.isUnreported = false
    if (heard === 0) return { usage }
    this.seconds = Math.max(this.seconds, heard)
    return null
  }

  /** The upstream says how a session is configured when it begins, and after each change. */
  private noteTranscription(session: unknown): void {
    const { audio, input_audio_transcription: before } = fieldsOf(session)
    const { model } = fieldsOf(fieldsOf(fieldsOf(audio).input).transcription ?? before)
    if (typeof model === 'string') this.transcribedBy = model
  }

  rest(): TokenUsage | null {
    if (this.seconds > 0) return { ...NO_USAGE, units: { seconds: this.seconds } }
    return this.isUnreported ? { ...NO_USAGE } : null
  }
}

class GeminiMeter implements SessionMeter {
  private isUnreported = false
  /** Named before the message that reports the tokens. */
  private readonly searches = new Set<string>()

  read(message: string): SessionUse | null {
    if (message.includes('"webSearchQueries"')) {
      const { serverContent } = fieldsOf(jsonOf(message))
      noteSearches(this.searches, fieldsOf(serverContent).groundingMetadata)
    }
    const usage = message.includes('TokenCount"') ? tokensInAnswer(jsonOf(message)) : null
    if (usage === null) {
      this.isUnreported ||= message.includes('"modelTurn"')
      return null
    }
    this.isUnreported = false
    return { usage: this.withSearches(usage) }
  }

  rest(): TokenUsage | null {
    return this.isUnreported || this.searches.size > 0 ? this.withSearches({ ...NO_USAGE }) : null
  }

  private withSearches(usage: TokenUsage): TokenUsage {
    const searches = this.searches.size
    this.searches.clear()
    return searches === 0 ? usage : { ...usage, units: { searches } }
  }
}

const openai: SessionDialect = {
  reads: { binary: false, maxBytes: MAX_BYTES },
  openMeter: () => new OpenAiMeter(),
  modelIn(message) {
    if (!message.includes('"model"')) return null
    const { model, session, response } = fieldsOf(jsonOf(message))
    const named = model ?? fieldsOf(session).model ?? fieldsOf(response).model
    return typeof named === 'string' ? named : null
  },
}

const gemini: SessionDialect = {
  reads: { binary: true, maxBytes: MAX_BYTES },
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
