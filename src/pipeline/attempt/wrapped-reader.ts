/** A reader of a stream around another one: all that it does not change is the inner one's. */
import type { TokenUsage } from '../../core/token-usage.ts'
import type { ReportedError, StreamReader } from '../../protocols/protocol.ts'
import type { StreamPlace } from '../../protocols/stream-place.ts'
import type { SentStream } from '../../protocols/translation/format.ts'

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class WrappedReader implements StreamReader {
  protected readonly inner: StreamReader

  constructor(inner: StreamReader) {
    this.inner = inner
  }

  get usage(): TokenUsage | null {
    return this.inner.usage
  }

  get usageIsPartial(): boolean {
    return this.inner.usageIsPartial
  }

  get error(): ReportedError | null {
    return this.inner.error
  }

  get started(): boolean {
    return this.inner.started
  }

  get visible(): boolean {
    return this.inner.visible
  }

  get done(): boolean {
    return this.inner.done
  }

  get finished(): boolean {
    return this.inner.finished
  }

  get filtered(): boolean {
    return this.inner.filtered === true
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

  /** The reading can't go on at another upstream. */
  sent(): SentStream | null {
    return null
  }

  accept(chunk: Uint8Array): Uint8Array | null {
    return this.inner.accept(chunk)
  }

  finish(): { bytes: Uint8Array | null; end: 'complete' | 'cut' } {
    return this.inner.finish()
  }
}
