/** A stream that passes byte for byte, watched with the eyes of its format: usage, errors, the end. */
import { holdsForm } from '../../core/redact.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import { parseJson } from '../neutral/fields.ts'
import type { NeutralError, StreamEvent } from '../neutral/neutral.ts'
import type { ReportedError, StreamOptions, StreamReader } from '../protocol.ts'
import { reportedError } from '../reported-error.ts'
import { eventsOf, joined, MAX_EVENT_BYTES, onlyData, SseSplitter } from '../sse.ts'
import { placeAfter, type StreamPlace } from '../stream-place.ts'
import { tokenUsage } from '../token-usage.ts'
import type { EventReader, WireFormat, WireTarget } from './format.ts'
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

  constructor(wire: WireFormat, target: WireTarget, options: StreamOptions) {
    this.options = options
    this.reader = wire.readEvents(target, (event) => this.see(event))
  }

  get finished(): boolean {
    return this.done || this.reader.finished
  }

  get place(): StreamPlace | null {
    return placeAfter(this.last, this.id)
  }

  accept(chunk: Uint8Array): Uint8Array | null {
    const run = this.splitter.push(chunk)
    if (this.splitter.pendingBytes > MAX_EVENT_BYTES) this.oversized = true
    return run === null ? null : this.forward(run)
  }

  finish(): { bytes: Uint8Array | null; end: 'complete' | 'cut' } {
    const rest = this.splitter.rest()
    // An upstream may leave out the last blank line; half an event is not forwarded.
    const whole = rest !== null && isWhole(rest) ? joined([rest, encoder.encode('\n\n')]) : null
    const bytes = whole === null ? null : this.forward(whole)
    if (this.error === null) this.reader.finish()
    const complete = this.done && this.failure === null
    return { bytes, end: complete ? 'complete' : 'cut' }
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

  /** False for what must not reach the client: an error, which is told in our words, and the key. */
  private keeps(text: string, data: string | null): boolean {
    if (this.error !== null) return false
    if (data !== null) this.reader.read(data)
    if (this.failure !== null) {
      this.error = reportedError(this.failure)
      return false
    }
    if (!holdsForm(text, this.options.secretForms)) {
      if (data !== null) this.last = data
      return true
    }
    this.dropped++
    return false
  }

  private see(event: StreamEvent): void {
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

function isWhole(rest: Uint8Array): boolean {
  const [event] = eventsOf(decoder.decode(rest))
  return event?.data != null && parseJson(event.data) !== undefined
}
