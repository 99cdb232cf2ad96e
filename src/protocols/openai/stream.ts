/** Reads an OpenAI-style stream on its way: usage, errors, the end. What passes, passes byte for byte. */
import { holdsForm } from '../../core/redact.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import { parseLeniently } from '../lenient-json.ts'
import { isMalformed, MALFORMED } from '../malformed.ts'
import type { NeutralError } from '../neutral/answer.ts'
import type { ModelRequest, ReportedError, StreamOptions, StreamReader } from '../protocol.ts'
import { reportedError } from '../reported-error.ts'
import { eventsOf, joined, MAX_EVENT_BYTES, onlyData, type SseEvent, SseSplitter } from '../sse.ts'
import type { SentStream } from '../translation/format.ts'
import { GIVEN_UP, isGivenUp } from './given-up.ts'
import { type Choice, PassedChoice, textOrEmpty, thoughtText } from './passed-choice.ts'
import { readError } from './read-error.ts'
import { expectedAnswers } from './request.ts'
import { usageIn } from './usage.ts'

export interface StreamRules extends StreamOptions {
  /** Choices that must finish before a stream without `[DONE]` counts as complete. */
  choices: number
}

const BROKE_OFF: NeutralError = {
  kind: 'broken',
  message: 'its stream ended without a finish reason',
  code: null,
  param: null,
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

export function openStream(request: ModelRequest, options: StreamOptions): StreamReader {
  return new OpenAiStream({ ...options, choices: expectedAnswers(request) })
}

/** A class rather than closures: one object per stream keeps its state on few cache lines (docs/decisions/2026-11-25-allocations.md). */
export class OpenAiStream implements StreamReader {
  usage: TokenUsage | null = null
  error: ReportedError | null = null
  done = false
  started = false
  visible = false
  filtered = false
  oversized = false
  dropped = 0
  text = ''
  private readonly rules: StreamRules
  private readonly splitter = new SseSplitter()
  private readonly seenChoices = new Set<unknown>()
  private readonly finishedChoices = new Set<unknown>()
  private readonly kept: PassedChoice | null
  /** Usage came after all of the answer; some upstreams count in each chunk. */
  private isCounted = false
  /** The event that is read shows something. */
  private shows = false

  constructor(rules: StreamRules) {
    this.rules = rules
    this.kept = rules.keeps === true ? new PassedChoice() : null
  }

  get finished(): boolean {
    return this.finishedChoices.size >= this.rules.choices
  }

  /** Some upstreams count in each chunk. What a finished answer says is final. */
  get usageIsPartial(): boolean {
    return !this.done && this.finishedChoices.size < this.seenChoices.size
  }

  accept(chunk: Uint8Array): Uint8Array | null {
    const run = this.splitter.push(chunk)
    if (this.splitter.pendingBytes > MAX_EVENT_BYTES) this.oversized = true
    return run === null ? null : this.forward(run)
  }

  finish(): { bytes: Uint8Array | null; end: 'complete' | 'cut' } {
    const rest = this.splitter.rest()
    // An upstream may leave out the last blank line; half an event is not forwarded.
    const bytes = rest !== null && isWhole(rest) ? terminated(this.forward(rest)) : null
    return { bytes, end: this.isComplete() ? 'complete' : 'cut' }
  }

  /** An upstream that ignores `n` finishes fewer choices than were asked for; usage shows that it is through. */
  private isComplete(): boolean {
    if (!this.started) return false
    if (this.done || this.finished) return true
    const finished = this.finishedChoices.size
    return this.usage !== null && finished > 0 && finished === this.seenChoices.size
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
      if (this.brokeOff) {
        this.error = reportedError(BROKE_OFF)
        return false
      }
      this.done = true
      return true
    }
    let value: unknown
    try {
      value = parseLeniently(data)
    } catch {
      // Whatever it is, it is not ours to withhold, unless another upstream can tell what it was to be.
      if (this.kept === null || !isMalformed(data)) return true
      return this.failed(reportedError(MALFORMED))
    }
    return typeof value === 'object' && value !== null
      ? this.readEvent(value as Record<string, unknown>)
      : true
  }

  /** An error after the last finish reason changes nothing of the answer, which the client has. */
  private failed(error: ReportedError): false {
    if (this.finished) this.done = true
    else this.error = error
    return false
  }

  private readEvent(event: Readonly<Record<string, unknown>>): boolean {
    const found = readError(event)
    if (found !== null) {
      return this.failed(found)
    }
    this.started = true
    const { choices } = event
    if (isGivenUp(choices)) {
      this.usage = usageIn(event) ?? this.usage
      return this.failed(GIVEN_UP)
    }
    if (this.kept !== null && Array.isArray(choices)) this.kept.last = event
    this.shows = false
    if (Array.isArray(choices)) for (const choice of choices) this.readChoice(choice)
    const usage = usageIn(event)
    if (usage !== null) this.usage = usage
    this.isCounted = !this.shows && (usage !== null || this.isCounted)
    const isUsageOnly = Array.isArray(choices) && choices.length === 0 && hasUsage(event)
    return !(this.rules.hideUsage && isUsageOnly)
  }

  private readChoice(choice: Choice): void {
    if (typeof choice !== 'object' || choice === null) return
    const index = choice.index ?? 0
    this.seenChoices.add(index)
    const { finish_reason: reason } = choice
    if (typeof reason === 'string' && reason !== '') this.finishedChoices.add(index)
    this.filtered ||= reason === 'content_filter'
    const text = choiceText(choice)
    this.text += text
    this.kept?.add(choice)
    if (text === '' && !showsSomething(choice.delta)) return
    this.shows = true
    this.visible = true
  }

  /**
   * Servers send `[DONE]` also after an answer that their own upstream broke off. Some give no reason but count the tokens of
   * an answer once it is there (Novita, 2025).
   */
  private get brokeOff(): boolean {
    if (!this.started || this.isCounted) return false
    return this.finishedChoices.size === 0 || this.finishedChoices.size < this.seenChoices.size
  }

  sent(): SentStream | null {
    return this.kept === null || this.dropped > 0 ? null : this.kept.sent()
  }

  private leaks(event: string): boolean {
    if (!holdsForm(event, this.rules.secretForms)) return false
    this.dropped++
    return true
  }
}

/** Whether a delta holds more than a role and empty fields: audio, images, what no list here names. */
function showsSomething(delta: Choice['delta']): boolean {
  if (typeof delta !== 'object' || delta === null) return false
  return Object.entries(delta).some(([name, value]) => name !== 'role' && !isEmpty(value))
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** What was generated: text, thoughts, refusals and calls, as a tokenizer would see them. */
function choiceText({ text, delta }: Choice): string {
  let found = textOrEmpty(text)
  if (typeof delta !== 'object' || delta === null) return found
  found += thoughtText(delta)
  found += textOrEmpty(delta.content) + textOrEmpty(delta.refusal) + callText(delta.function_call)
  const { tool_calls: calls } = delta
  if (Array.isArray(calls))
    for (const call of calls) found += callText(call?.function ?? call?.custom)
  return found
}

function callText(call: unknown): string {
  if (!isObject(call)) return ''
  const { name, arguments: given, input } = call
  return (
    textOrEmpty(name) +
    (isObject(given) ? JSON.stringify(given) : textOrEmpty(given)) +
    textOrEmpty(input)
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function hasUsage({ usage, timings }: Readonly<Record<string, unknown>>): boolean {
  return (usage !== undefined && usage !== null) || timings !== undefined
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
