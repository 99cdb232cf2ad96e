/** The events of a response that passes, with what has to be known before the client gets the first of them. */
import { NO_USAGE, type TokenUsage } from '../../core/token-usage.ts'
import type { StreamReader } from '../../protocols/protocol.ts'
import { eventsOf } from '../../protocols/sse.ts'
import type { SentStream } from '../../protocols/translation/format.ts'
import { decodedText, jsonOf } from '../attempt/read-body.ts'
import { WrappedReader } from '../attempt/wrapped-reader.ts'
import { fieldsOf } from './own.ts'

/** Events that show nothing of an answer: before the model has begun, or of a part that is still empty. */
const PRELUDE = new Set([
  'response.created',
  'response.queued',
  'response.in_progress',
  'response.output_item.added',
  'response.content_part.added',
])

/** Their response is whole, with the ids of its items. */
const ENDS = ['response.completed', 'response.incomplete']

export class ResponseEvents extends WrappedReader {
  /** As the first event has it; null until then. */
  response: Readonly<Record<string, unknown>> | null = null
  /** Something of the answer came: a text, a tool call, a search. */
  private begun = false
  private readonly ended: (response: unknown) => void

  /** `ended` is called with the response as its last event has it. */
  constructor(inner: StreamReader, ended: (response: unknown) => void) {
    super(inner)
    this.ended = ended
  }

  override get usage(): TokenUsage | null {
    return this.isBackground ? NO_USAGE : this.inner.usage
  }

  override get usageIsPartial(): boolean {
    return !this.isBackground && this.inner.usageIsPartial
  }

  override get started(): boolean {
    return this.inner.started || this.visible
  }

  /** A response in the background exists from its first event on: asking another key would make a second one. */
  override get visible(): boolean {
    return this.begun || this.inner.visible || this.isBackground
  }

  /** A background response continues without a reader. */
  override sent(): SentStream | null {
    return this.isBackground ? null : (this.inner.sent?.() ?? null)
  }

  override accept(chunk: Uint8Array): Uint8Array | null {
    const run = this.inner.accept(chunk)
    if (run !== null) this.watch(run)
    return run
  }

  override finish(): { bytes: Uint8Array | null; end: 'complete' | 'cut' } {
    const ended = this.inner.finish()
    if (ended.bytes !== null) this.watch(ended.bytes)
    return ended
  }

  private get isBackground(): boolean {
    return this.response?.background === true
  }

  /** Parses the beginning and the end only. */
  private watch(run: Uint8Array): void {
    if (!this.begun || this.inner.finished) this.look(run)
  }

  private look(run: Uint8Array): void {
    for (const { data } of eventsOf(decodedText(run))) {
      if (data === null) continue
      const { type, response } = fieldsOf(jsonOf(data))
      if (response !== undefined) this.response ??= fieldsOf(response)
      if (typeof type === 'string' && !PRELUDE.has(type)) this.begun = true
      if (ENDS.includes(String(type))) this.ended(response)
    }
  }
}
