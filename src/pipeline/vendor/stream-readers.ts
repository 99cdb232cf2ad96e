/** Readers of vendors' streams: events whose usage is noted, and bytes of which nothing is known. */
import { holdsForm } from '../../core/redact.ts'
import { NO_USAGE, type TokenUsage } from '../../core/token-usage.ts'
import { tokensIn } from '../../passthrough/usage.ts'
import type { StreamReader } from '../../protocols/protocol.ts'
import { SseSplitter } from '../../protocols/sse.ts'
import { jsonOf, textOf } from '../attempt/read-body.ts'

/** Images in events are large. */
const MAX_EVENT_BYTES = 64 * 1024 * 1024
const EVENT_END = /(?:\r\n|\r|\n)(?:\r\n|\r|\n)/
/** Types of the events that end an answer: `image_generation.completed`, `transcript.text.done` … */
const FINAL = /"type" *: *"[\w.]+\.(?:completed|done|failed|incomplete|cancelled)"|data: *\[DONE\]/

export class VendorEvents implements StreamReader {
  usage: TokenUsage = NO_USAGE
  readonly usageIsPartial = false
  readonly error = null
  started = false
  visible = false
  done = false
  finished = false
  oversized = false
  dropped = 0
  readonly text = ''
  private readonly splitter = new SseSplitter()
  private readonly secretForms: readonly string[]
  private readonly onEvent: (data: unknown) => void

  /** `onEvent` is given the parsed data of each event until the first that has an id. */
  constructor(secretForms: readonly string[], onEvent: (data: unknown) => void) {
    this.secretForms = secretForms
    this.onEvent = onEvent
  }

  accept(chunk: Uint8Array): Uint8Array | null {
    const run = this.splitter.push(chunk)
    this.oversized = this.splitter.pendingBytes > MAX_EVENT_BYTES
    return run === null ? null : this.look(run)
  }

  finish(): { bytes: Uint8Array | null; end: 'complete' | 'cut' } {
    const rest = this.splitter.rest()
    return { bytes: rest === null ? null : this.look(rest), end: 'complete' }
  }

  private look(run: Uint8Array): Uint8Array | null {
    const text = textOf(run)
    this.started = true
    this.visible = true
    if (holdsForm(text, this.secretForms)) return this.withoutSecrets(text)
    if (FINAL.test(text)) this.finished = true
    for (const event of text.split(EVENT_END)) this.note(event)
    return run
  }

  private note(event: string): void {
    const isNews = event.includes('"usage"') || event.includes('"id"')
    if (!isNews) return
    const lines = event.split(/\r\n|\r|\n/).filter((line) => line.startsWith('data:'))
    const data = jsonOf(lines.map((line) => line.slice('data:'.length)).join('\n'))
    if (data === undefined) return
    this.usage = tokensIn(data) ?? this.usage
    this.onEvent(data)
  }

  /** Events are dropped whole: what is left of one would not be what the vendor meant. */
  private withoutSecrets(text: string): Uint8Array | null {
    const events = text.split(/(?<=(?:\r\n|\r|\n)(?:\r\n|\r|\n))/)
    const kept = events.filter((event) => !holdsForm(event, this.secretForms))
    this.dropped += events.length - kept.length
    for (const event of kept) this.note(event)
    return kept.length === 0 ? null : new TextEncoder().encode(kept.join(''))
  }
}

/** A file, an image, a sound: passed on as it comes. */
export const RAW_BYTES: StreamReader = {
  usage: NO_USAGE,
  usageIsPartial: false,
  error: null,
  started: true,
  visible: true,
  done: false,
  finished: false,
  oversized: false,
  dropped: 0,
  text: '',
  accept: (chunk) => chunk,
  finish: () => ({ bytes: null, end: 'complete' }),
}
