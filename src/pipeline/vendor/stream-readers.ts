/** Readers of vendors' streams: events whose usage is noted, and bytes that pass unread. */
import { holdsForm } from '../../core/redact.ts'
import { NO_USAGE, type TokenUsage } from '../../core/token-usage.ts'
import type { Meter } from '../../passthrough/route.ts'
import { chargedTokens, tokensIn } from '../../passthrough/usage.ts'
import { readError } from '../../protocols/openai/read-error.ts'
import type { ReportedError, StreamReader } from '../../protocols/protocol.ts'
import { eventsOf, joined, type SseEvent, SseSplitter } from '../../protocols/sse.ts'
import { placeAfter, type StreamPlace } from '../../protocols/stream-place.ts'
import { decodedText, jsonOf } from '../attempt/read-body.ts'
import { fieldsOf } from './own.ts'

/** Images in events are large. */
const MAX_EVENT_BYTES = 64 * 1024 * 1024
const encoder = new TextEncoder()
/** Streams with events of these types end with one of FINAL; of all others only the body's end is known. */
const ENDS_BY_EVENT = /"type" *: *"(?:response|image_generation|image_edit|transcript|speech)\./
/** `image_generation.completed`, `transcript.text.done` …; parts of a response have a `.done` each. */
const FINAL =
  /"type" *: *"(?:[\w.]+\.(?:completed|failed|incomplete|cancelled)|(?!response\.)[\w.]+\.done)"/
const ERROR = /"(?:type" *: *"error|error)"/

export class VendorEvents implements StreamReader {
  usage: TokenUsage = NO_USAGE
  readonly usageIsPartial = false
  error: ReportedError | null = null
  started = false
  done = false
  finished = false
  oversized = false
  dropped = 0
  readonly text = ''
  private endsByEvent = false
  /** What the first event with an id describes; null until then. */
  made: Readonly<Record<string, unknown>> | null = null
  /** The data of the last event that the client got. */
  private last = ''
  private readonly splitter = new SseSplitter()
  private readonly meter: Meter
  private readonly secretForms: readonly string[]

  constructor(meter: Meter, secretForms: readonly string[]) {
    this.meter = meter
    this.secretForms = secretForms
  }

  /** Any event but an error is something that the client asked for. */
  get visible(): boolean {
    return this.started
  }

  get place(): StreamPlace | null {
    return placeAfter(this.last, (this.made?.id as string | undefined) ?? null)
  }

  accept(chunk: Uint8Array): Uint8Array | null {
    const run = this.splitter.push(chunk)
    this.oversized = this.splitter.pendingBytes > MAX_EVENT_BYTES
    return run === null ? null : this.look(run)
  }

  finish(): { bytes: Uint8Array | null; end: 'complete' | 'cut' } {
    const rest = this.splitter.rest()
    const bytes = rest === null ? null : this.look(joined([rest, encoder.encode('\n\n')]))
    const isCut = this.error !== null || (this.endsByEvent && !this.finished)
    return { bytes, end: isCut ? 'cut' : 'complete' }
  }

  private look(run: Uint8Array): Uint8Array | null {
    const events = eventsOf(decodedText(run))
    const kept = events.filter((event) => this.keeps(event))
    if (kept.length === events.length) return run
    return kept.length === 0 ? null : encoder.encode(kept.map(({ text }) => text).join(''))
  }

  /** False for what must not reach the client: an error, which we word ourselves, and the key. */
  private keeps({ text, data }: SseEvent): boolean {
    if (this.error !== null) return false
    if (data === null) return true
    if (ERROR.test(text)) this.error = errorIn(jsonOf(data))
    if (this.error !== null) return false
    if (holdsForm(text, this.secretForms)) {
      this.dropped++
      return false
    }
    this.see(data)
    return true
  }

  private see(data: string): void {
    this.started = true
    this.last = data
    if (data === '[DONE]' || FINAL.test(data)) this.finished = true
    if (ENDS_BY_EVENT.test(data)) this.endsByEvent = true
    if (!data.includes('"usage"') && (this.made !== null || !data.includes('"id"'))) return
    const value = jsonOf(data)
    if (tokensIn(value) !== null) this.usage = chargedTokens(this.meter, value)
    const { response, interaction } = fieldsOf(value)
    const described = fieldsOf(response ?? interaction ?? value)
    if (typeof described.id === 'string') this.made ??= described
  }
}

/** An event of the type `error`, or one that is an error and has no type. Others may report what went wrong elsewhere. */
function errorIn(data: unknown): ReportedError | null {
  const { type, object } = fieldsOf(data)
  const isError = type === 'error' || (type === undefined && object === undefined)
  return isError ? readError(data) : null
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
