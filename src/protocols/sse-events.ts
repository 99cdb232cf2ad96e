/** Reads server-sent events from chunks of bytes that may be cut anywhere. */
import { eventsOf, onlyData, SseSplitter } from './sse.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class SseEvents {
  private readonly splitter = new SseSplitter()
  private readonly read: (data: string) => void

  constructor(read: (data: string) => void) {
    this.read = read
  }

  /** Bytes of an event that is still incomplete. */
  get pendingBytes(): number {
    return this.splitter.pendingBytes
  }

  accept(chunk: Uint8Array): void {
    const run = this.splitter.push(chunk)
    if (run !== null) this.readRun(decoder.decode(run))
  }

  /** An upstream may leave out the last blank line. */
  finish(): void {
    const rest = this.splitter.rest()
    if (rest !== null) this.readRun(decoder.decode(rest))
  }

  private readRun(run: string): void {
    const single = onlyData(run)
    if (single !== null) {
      this.read(single)
      return
    }
    for (const { data } of eventsOf(run)) if (data !== null) this.read(data)
  }
}
