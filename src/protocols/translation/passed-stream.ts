/** A stream that passes byte for byte, watched with the eyes of its format: usage, errors, the end. */
import { holdsForm } from '../../core/redact.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import { isMalformed, MALFORMED } from '../malformed.ts'
import type { NeutralError, StreamEvent } from '../neutral/answer.ts'
import { parseJson } from '../neutral/fields.ts'
import type { ReportedError, StreamOptions, StreamReader } from '../protocol.ts'
import { reportedError } from '../reported-error.ts'
import { PassedAnswer, resumedStream } from '../rescue/resume.ts'
import { eventsOf, joined, MAX_EVENT_BYTES, onlyData, SseSplitter } from '../sse.ts'
import { placeAfter, type StreamPlace, tellsPlace } from '../stream-place.ts'
import { tokenUsage } from '../token-usage.ts'
import type { DialectFormat, EventReader, SentStream, WireFormat, WireTarget } from './format.ts'
import { showsAtOpening } from './visible.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class PassedStream implements StreamReader {
  usage: TokenUsage | null = null
  usageIsPartial = false
  error: ReportedError | null = null
  started = false
  visible = false
  done = false
  oversized = false
  dropped = 0
  text = ''
  private failure: NeutralError | null = null
  private id: string | null = null
  /** The last event that the client got. */
  private last = ''
  private readonly options: StreamOptions
  private readonly splitter = new SseSplitter()
  private readonly reader: EventReader

  private readonly kept: PassedAnswer | null
  private readonly dialect: DialectFormat
  /** A fault after the reason to stop changes nothing of the answer, which the client has. */
  private endsHere = false
  /** Of the event that is being read. */
  private data = ''

  constructor(
    { dialect, wire, target }: { dialect: DialectFormat; wire: WireFormat; target: WireTarget },
    options: StreamOptions,
  ) {
    this.options = options
    this.dialect = dialect
    this.kept = options.keeps === true ? new PassedAnswer() : null
    this.reader = wire.readEvents(target, (event) => this.see(event))
  }

  get finished(): boolean {
    return this.done || this.reader.finished
  }

  get filtered(): boolean {
    return this.reader.filtered === true
  }

  get place(): StreamPlace | null {
    return placeAfter(this.last, this.id)
  }

  accept(chunk: Uint8Array): Uint8Array | null {
    const run = this.splitter.push(chunk)
    if (this.splitter.pendingBytes > MAX_EVENT_BYTES) this.oversized = true
    if (run === null) return null
    const events = this.forward(run)
    if (!this.endsHere || this.done) return events
    this.done = true
    return withMarker(events, this.dialect.endMarker)
  }

  finish(): { bytes: Uint8Array | null; end: 'complete' | 'cut' } {
    const rest = this.splitter.rest()
    // An upstream may leave out the last blank line; half an event is not forwarded.
    const whole = rest !== null && isWhole(rest) ? joined([rest, encoder.encode('\n\n')]) : null
    const bytes = whole === null ? null : this.forward(whole)
    const marker = this.done ? undefined : this.dialect.endMarker
    if (this.endsHere) this.done = true
    else if (this.error === null) this.reader.finish()
    if (!this.done || (this.failure !== null && !this.endsHere)) return { bytes, end: 'cut' }
    return { bytes: withMarker(bytes, marker), end: 'complete' }
  }

  sent(): SentStream | null {
    // The client has the beginning of a part that no other upstream can go on with.
    if (this.kept === null || this.dropped > 0 || this.reader.withholds === true) return null
    return resumedStream(this.dialect, this.kept)
  }

  private forward(run: Uint8Array): Uint8Array | null {
    const decoded = decoder.decode(run)
    const single = onlyData(decoded)
    if (single !== null) return this.keeps(decoded, single) ? run : null
    const events = eventsOf(decoded)
    const kept = events.filter(({ text, data }) => this.keeps(text, data))
    if (kept.length === events.length) return run
    return kept.length === 0 ? null : encoder.encode(kept.map(({ text }) => text).join(''))
  }

  /** False for what must not reach the client: an error, which gets our words, and the key. */
  private keeps(text: string, data: string | null): boolean {
    if (this.error !== null || this.endsHere) return false
    if (data !== null) {
      this.data = data
      this.reader.read(data)
      if (this.kept !== null && this.reader.malformed && isMalformed(data)) this.failure = MALFORMED
      if (this.failure === null) this.kept?.passed(data)
    }
    if (this.failure !== null) {
      if (this.reader.finished) this.endsHere = true
      else this.error = reportedError(this.failure)
      return false
    }
    if (!holdsForm(text, this.options.secretForms)) {
      if (data !== null && tellsPlace(data, this.last)) this.last = data
      return true
    }
    this.dropped++
    return false
  }

  private see(event: StreamEvent): void {
    this.kept?.answer.add(event)
    switch (event.type) {
      case 'delta':
        this.text += event.text
        this.visible = true
        break
      case 'start':
        this.id = event.id
        this.started = true
        break
      case 'open':
        this.started = true
        this.kept?.beginnings.push(this.data)
        this.visible ||= showsAtOpening(event.part)
        if (event.part.type === 'call') this.text += event.part.name
        break
      case 'usage':
        this.usage = tokenUsage(event.usage)
        this.usageIsPartial = event.running === true
        break
      case 'end':
        this.done = true
        break
      case 'fail':
        this.failure = event.error
    }
  }
}

function withMarker(bytes: Uint8Array | null, marker: string | undefined): Uint8Array | null {
  if (marker === undefined) return bytes
  const marked = encoder.encode(marker)
  return bytes === null ? marked : joined([bytes, marked])
}

function isWhole(rest: Uint8Array): boolean {
  const [event] = eventsOf(decoder.decode(rest))
  return event?.data != null && parseJson(event.data) !== undefined
}
