/** A stream of an upstream's format, read as a stream of the client's. What comes in one read leaves in one write. */
import { holdsForm } from '../../core/redact.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import type { Loss } from '../neutral/neutral.ts'
import type { ReportedError, StreamOptions, StreamReader } from '../protocol.ts'
import { reportedError } from '../reported-error.ts'
import { MAX_EVENT_BYTES } from '../sse.ts'
import { SseEvents } from '../sse-events.ts'
import type { StreamPlace } from '../stream-place.ts'
import { tokenUsage } from '../token-usage.ts'
import type { SentStream } from './format.ts'
import { ThoughtMemory } from './thoughts.ts'
import { type ReplyTranslation, StreamTranslation } from './translate.ts'

const encoder = new TextEncoder()

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class TranslatedStream implements StreamReader {
  oversized = false
  dropped = 0
  private readonly translation: StreamTranslation
  private readonly events: SseEvents
  private readonly memory = new ThoughtMemory()
  private readonly options: StreamOptions
  private remembered = false
  private readonly remember: (memory: ThoughtMemory) => void

  constructor(
    translation: ReplyTranslation,
    options: StreamOptions,
    remember: (memory: ThoughtMemory) => void,
  ) {
    this.options = options
    this.remember = remember
    this.translation = new StreamTranslation(translation, this.memory, options.keeps)
    this.events = new SseEvents((data) => this.read(data))
  }

  get usage(): TokenUsage | null {
    const { usage } = this.translation
    return usage === null ? null : tokenUsage(usage)
  }

  get error(): ReportedError | null {
    const { error } = this.translation
    return error === null ? null : reportedError(error)
  }

  get usageIsPartial(): boolean {
    return this.translation.usageIsPartial
  }

  get started(): boolean {
    return this.translation.started
  }

  get visible(): boolean {
    return this.translation.visible
  }

  get done(): boolean {
    return this.translation.ended
  }

  get finished(): boolean {
    return this.translation.finished
  }

  get place(): StreamPlace | null {
    return this.translation.place
  }

  get filtered(): boolean {
    return this.translation.filtered
  }

  get losses(): readonly Loss[] {
    return this.translation.losses
  }

  get text(): string {
    return this.translation.text
  }

  sent(): SentStream | null {
    return this.translation.sent()
  }

  accept(chunk: Uint8Array): Uint8Array | null {
    this.events.accept(chunk)
    if (this.events.pendingBytes > MAX_EVENT_BYTES) this.oversized = true
    return this.output()
  }

  finish(): { bytes: Uint8Array | null; end: 'complete' | 'cut' } {
    this.events.finish()
    this.translation.finish()
    return { bytes: this.output(), end: this.translation.ended ? 'complete' : 'cut' }
  }

  private read(data: string): void {
    if (holdsForm(data, this.options.secretForms)) this.dropped++
    else this.translation.read(data)
  }

  private output(): Uint8Array | null {
    const text = this.translation.takeOutput()
    if (this.translation.ended && !this.remembered) {
      this.remembered = true
      this.remember(this.memory)
    }
    return text === '' ? null : encoder.encode(text)
  }
}
