/** The events of a response that passes, with what has to be known before the client gets the first of them. */
import { NO_USAGE, type TokenUsage } from '../../core/token-usage.ts'
import type { ReportedError, StreamReader } from '../../protocols/protocol.ts'
import { eventsOf } from '../../protocols/sse.ts'
import type { StreamPlace } from '../../protocols/stream-place.ts'
import { jsonOf, textOf } from '../attempt/read-body.ts'
import { fieldsOf } from './own.ts'

/** Events that show nothing of an answer: before the model has begun, or of a part that is still empty. */
const PRELUDE = new Set([
  'response.created',
  'response.queued',
  'response.in_progress',
  'response.output_item.added',
  'response.content_part.added',
])

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class ResponseEvents implements StreamReader {
  /** As the first event has it; null until then. */
  response: Readonly<Record<string, unknown>> | null = null
  /** Something of the answer came: a text, a tool call, a search. */
  private begun = false
  private readonly inner: StreamReader

  constructor(inner: StreamReader) {
    this.inner = inner
  }

  get usage(): TokenUsage | null {
    return this.isBackground ? NO_USAGE : this.inner.usage
  }

  get usageIsPartial(): boolean {
    return !this.isBackground && this.inner.usageIsPartial
  }

  get error(): ReportedError | null {
    return this.inner.error
  }

  get started(): boolean {
    return this.inner.started || this.visible
  }

  get done(): boolean {
    return this.inner.done
  }

  get finished(): boolean {
    return this.inner.finished
  }

  get oversized(): boolean {
    return this.inner.oversized
  }

  get dropped(): number {
    return this.inner.dropped
  }

  get text(): string {
    return this.inner.text
  }

  get place(): StreamPlace | null {
    return this.inner.place ?? null
  }

  /** A response in the background exists from its first event on: asking another key would make a second one. */
  get visible(): boolean {
    return this.begun || this.inner.visible || this.isBackground
  }

  accept(chunk: Uint8Array): Uint8Array | null {
    const run = this.inner.accept(chunk)
    if (run !== null && !this.begun) this.look(run)
    return run
  }

  finish(): { bytes: Uint8Array | null; end: 'complete' | 'cut' } {
    const ended = this.inner.finish()
    if (ended.bytes !== null && !this.begun) this.look(ended.bytes)
    return ended
  }

  private get isBackground(): boolean {
    return this.response?.background === true
  }

  private look(run: Uint8Array): void {
    for (const { data } of eventsOf(textOf(run))) {
      if (data === null) continue
      const { type, response } = fieldsOf(jsonOf(data))
      if (response !== undefined) this.response ??= fieldsOf(response)
      if (!PRELUDE.has(String(type))) this.begun = true
    }
  }
}
