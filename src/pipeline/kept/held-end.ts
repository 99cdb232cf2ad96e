/** Holds back the last event of a response until that is kept. */
import { eventsOf } from '../../protocols/sse.ts'
import { decodedText, jsonOf } from '../attempt/read-body.ts'
import { WrappedReader } from '../attempt/wrapped-reader.ts'

type Fields = Readonly<Record<string, unknown>>
type Ended = ReturnType<WrappedReader['finish']>

const NOTHING = new Uint8Array(0)
const LAST = /"type" *: *"response\.(?:completed|incomplete)"/

/** The response of the last event, if that is in this run of events. */
export function responseIn(run: Uint8Array): Fields | null {
  const text = decodedText(run)
  if (!LAST.test(text)) return null
  for (const { data } of eventsOf(text)) {
    if (data === null || !LAST.test(data)) continue
    const { response } = (jsonOf(data) ?? {}) as { response?: Fields }
    if (response !== undefined) return response
  }
  return null
}

export class HeldEnd extends WrappedReader {
  /** The response to be kept; null if nothing is held back. */
  held: Fields | null = null
  private run: Uint8Array | null = null
  private ended: Ended | null = null

  override get done(): boolean {
    return this.run === null && this.inner.done
  }

  override accept(chunk: Uint8Array): Uint8Array | null {
    if (this.run !== null) {
      const { run } = this
      this.run = null
      return run
    }
    const run = this.inner.accept(chunk)
    this.held = run === null ? null : responseIn(run)
    if (this.held === null) return run
    this.run = run
    return null
  }

  /** What to read next: it makes `accept` give back what was held. */
  release(): Uint8Array {
    this.held = null
    return NOTHING
  }

  /** The body has ended: the response that its last events have. */
  endEarly(): Fields | null {
    this.ended = this.inner.finish()
    return this.ended.bytes === null ? null : responseIn(this.ended.bytes)
  }

  override finish(): Ended {
    return this.ended ?? this.inner.finish()
  }
}
