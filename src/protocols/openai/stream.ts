/** Looks at a chat or completion stream on its way: usage, errors, the end. What passes, passes byte for byte. */

import { holdsForm } from '../../core/redact.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import { eventsOf, joined, onlyData, type SseEvent, SseSplitter } from '../sse.ts'
import { errorObjectOf } from './error.ts'
import { readUsage } from './usage.ts'

export interface StreamRules {
  /** The gateway asked for usage, not the client: the chunk that holds nothing else is hidden. */
  hideUsage: boolean
  /** Choices that must finish before a stream without `[DONE]` counts as complete. */
  choices: number
  /** The key in use. An upstream that echoes it must not reach the client. */
  secretForms: readonly string[]
}

/** `cut`: the end came before a finish reason and before `[DONE]`. */
export type StreamEnd = 'complete' | 'cut'

interface Choice {
  index?: unknown
  text?: unknown
  finish_reason?: unknown
  delta?: {
    content?: unknown
    reasoning_content?: unknown
    refusal?: unknown
    tool_calls?: unknown
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

/** One event; a line of 16 MB is not unheard of. */
const MAX_EVENT_BYTES = 64 * 1024 * 1024
export const EVENT_TOO_LARGE = 'an event of its stream is larger than 64 MiB'

/** A class, for its state is cold at each chunk of one of thousands of streams: closures lie in more places. */
export class StreamObserver {
  /** The last parseRows usage seen. */
  usage: TokenUsage | null = null
  /** An `error` event; nothing behind it is forwarded. */
  error: Readonly<Record<string, unknown>> | null = null
  /** `[DONE]` was seen. */
  done = false
  /** At least one event was seen whose data are JSON or `[DONE]`. */
  started = false
  /** An event is larger than any should be; it is not waited for. */
  oversized = false
  /** Events dropped because their data was neither JSON nor `[DONE]`, or held the key. */
  dropped = 0
  /** The text generated so far, for counting where no usage comes. */
  text = ''
  private readonly rules: StreamRules
  private readonly splitter = new SseSplitter()
  private readonly finishedChoices = new Set<unknown>()

  constructor(rules: StreamRules) {
    this.rules = rules
  }

  /** All choices have their finish reason, so that only usage and `[DONE]` may follow. */
  get finished(): boolean {
    return this.finishedChoices.size >= this.rules.choices
  }

  /** Bytes to forward now: whole events only. Null where there are none yet. */
  accept(chunk: Uint8Array): Uint8Array | null {
    const run = this.splitter.push(chunk)
    if (this.splitter.pendingBytes > MAX_EVENT_BYTES) this.oversized = true
    return run === null ? null : this.forward(run)
  }

  /** The upstream has ended: what is left to forward, and how it ended. */
  finish(): { bytes: Uint8Array | null; end: StreamEnd } {
    const rest = this.splitter.rest()
    // An upstream may leave out the last blank line; half an event is not forwarded.
    const bytes = rest !== null && isWhole(rest) ? terminated(this.forward(rest)) : null
    return { bytes, end: this.done || this.finished ? 'complete' : 'cut' }
  }

  private forward(run: Uint8Array): Uint8Array | null {
    const decoded = decoder.decode(run)
    const single = onlyData(decoded)
    if (single !== null && this.error === null)
      return this.read(single) && !this.leaks(decoded) ? run : null
    const events = eventsOf(decoded)
    const kept: boolean[] = []
    let all = true
    for (const event of events) {
      const keep = this.error === null && this.read(event.data) && !this.leaks(event.text)
      kept.push(keep)
      all &&= keep
    }
    if (all) return run
    return keptBytes(run, decoded, events, kept)
  }

  /** True where the event with these data is to be forwarded. */
  private read(data: string | null): boolean {
    if (data === null) return !this.done
    if (this.done) return false
    if (data === '[DONE]' || data.trim() === '[DONE]') {
      this.done = true
      this.started = true
      return true
    }
    let value: unknown
    try {
      value = JSON.parse(data)
    } catch {
      this.dropped++
      return false
    }
    this.started = true
    if (typeof value !== 'object' || value === null) return true
    const found = errorObjectOf(value)
    if (found !== null) {
      this.error = found
      return false
    }
    const { choices, usage } = value as { choices?: unknown; usage?: unknown }
    if (Array.isArray(choices)) this.readChoices(choices)
    if (usage === undefined || usage === null) return true
    const parseRows = readUsage(usage)
    if (parseRows !== null) this.usage = parseRows
    return !(this.rules.hideUsage && Array.isArray(choices) && choices.length === 0)
  }

  private readChoices(choices: readonly Choice[]): void {
    for (const choice of choices) {
      if (typeof choice !== 'object' || choice === null) continue
      if (choice.finish_reason !== undefined && choice.finish_reason !== null) {
        this.finishedChoices.add(choice.index ?? 0)
      }
      if (typeof choice.text === 'string') this.text += choice.text
      const { delta } = choice
      if (typeof delta !== 'object' || delta === null) continue
      if (typeof delta.content === 'string') this.text += delta.content
      if (typeof delta.reasoning_content === 'string') this.text += delta.reasoning_content
      if (typeof delta.refusal === 'string') this.text += delta.refusal
      if (delta.tool_calls !== undefined && delta.tool_calls !== null)
        this.text += JSON.stringify(delta.tool_calls)
    }
  }

  private leaks(event: string): boolean {
    if (!holdsForm(event, this.rules.secretForms)) return false
    this.dropped++
    return true
  }
}

/** The line ends that the upstream left out, so that what follows is an event of its own. */
function terminated(run: Uint8Array | null): Uint8Array | null {
  if (run === null) return null
  return joined([run, encoder.encode(run[run.length - 1] === 10 ? '\n' : '\n\n')])
}

function isWhole(rest: Uint8Array): boolean {
  const [event] = eventsOf(decoder.decode(rest))
  if (event === undefined || event.data === null) return false
  if (event.data.trim() === '[DONE]') return true
  try {
    JSON.parse(event.data)
    return true
  } catch {
    return false
  }
}

/** The bytes of the kept events. Offsets are found in bytes, so that invalid UTF-8 stays as it was. */
function keptBytes(
  run: Uint8Array,
  decoded: string,
  events: readonly SseEvent[],
  kept: readonly boolean[],
): Uint8Array | null {
  const exact = encoder.encode(decoded).length === run.length
  const parts: Uint8Array[] = []
  let at = 0
  events.forEach((event, index) => {
    const length = encoder.encode(event.text).length
    const bytes = exact ? run.subarray(at, at + length) : encoder.encode(event.text)
    if (kept[index]) parts.push(bytes)
    at += length
  })
  return parts.length === 0 ? null : joined(parts)
}
