/** The expected time to the first token at each target, from what was seen of late. */

interface Seen {
  meanMs: number
  inFlight: number
}

/** The newest answer weighs this much. */
const NEWEST = 0.2

export class Latencies {
  private readonly seen = new Map<string, Seen>()

  /** Decayed mean × (1 + in flight); an unknown target is tried first. */
  expectedMs(target: string): number {
    const known = this.seen.get(target)
    return known === undefined ? 0 : known.meanMs * (1 + known.inFlight)
  }

  started(target: string): void {
    const known = this.seen.get(target)
    if (known === undefined) this.seen.set(target, { meanMs: 0, inFlight: 1 })
    else known.inFlight++
  }

  /** It was cancelled after so long without a token: it takes at least that. */
  slowerThan(target: string, ms: number): void {
    const known = this.seen.get(target)
    if (known === undefined || known.meanMs >= ms) return
    known.meanMs = known.meanMs === 0 ? ms : known.meanMs + NEWEST * (ms - known.meanMs)
  }

  /** `tookMs` is null if it did not answer, which says nothing about its speed. */
  ended(target: string, tookMs: number | null): void {
    const known = this.seen.get(target)
    if (known === undefined) return
    known.inFlight = Math.max(0, known.inFlight - 1)
    if (tookMs === null) return
    known.meanMs = known.meanMs === 0 ? tookMs : known.meanMs + NEWEST * (tookMs - known.meanMs)
  }
}
