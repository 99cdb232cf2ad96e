/**
 * The live view of several instances: each sends what it sees only while another one has viewers, in bounded
 * batches. Messages may be lost: a live view is not a record.
 */
import type { OpenChannel } from './channel.ts'
import type { Live, MinuteSums } from './live.ts'
import type { LiveRow } from './live-row.ts'
import { withRefused } from './peers-refused.ts'

export interface Gauge extends MinuteSums {
  inFlight: number
}

export interface LivePeers {
  /** `own`: only requests of this instance are seen. */
  scope(): 'all' | 'own'
  /** Of the other instances together. */
  gauge(): Gauge
  stop(): void
}

interface Parts {
  live: Live
  open: OpenChannel
  instanceId: string
  inFlight: () => number
  nowMs: () => number
  /** Calls `work` regularly; returns a function that ends it. */
  repeat?: (work: () => void, everyMs: number) => () => void
}

const BATCH_MS = 250
/** More requests than this in a batch are only counted. */
const MAX_ROWS = 50
/** Interest is announced this often while there are viewers … */
const ANNOUNCE_MS = 1_000
/** … and expires after this long, also if the instance that had it is gone. */
const INTEREST_MS = 3_000

/** The first character says what follows, so that an instance without viewers does not parse batches. */
const WANTED = 'w'
const BATCH = 'b'

interface Batch {
  from: string
  rows: LiveRow[]
  skipped: number
  gauge: Gauge
}

export function createLivePeers(parts: Parts): LivePeers {
  const { live, open, instanceId, inFlight, nowMs, repeat = withTimer } = parts
  const gauges = createGauges(nowMs)
  let rows: LiveRow[] = []
  let skipped = 0
  let wantedUntilMs = 0
  let announcedMs = Number.NEGATIVE_INFINITY
  let unwatch: (() => void) | null = null
  let endTicking: (() => void) | null = null

  const isWanted = () => nowMs() < wantedUntilMs
  const receive = (message: string): void => {
    const text = message.slice(1)
    if (message.startsWith(WANTED)) {
      if (text !== instanceId) want()
    } else if (live.viewers() > 0) take(batchIn(text))
  }
  const channel = withRefused(open, { live, instanceId, repeat })(receive)

  const want = (): void => {
    wantedUntilMs = nowMs() + INTEREST_MS
    unwatch ??= live.watchOwn((row) => {
      if (rows.length < MAX_ROWS) rows.push(row)
      else skipped++
    })
    run()
  }
  const take = (batch: Batch | null): void => {
    if (batch === null || batch.from === instanceId) return
    gauges.take(batch)
    live.receive(batch.rows, batch.skipped)
  }
  const send = (): void => {
    const gauge = { ...live.lastMinute(), inFlight: inFlight() }
    const batch: Batch = { from: instanceId, rows, skipped, gauge }
    rows = []
    skipped = 0
    channel.publish(BATCH + JSON.stringify(batch))
  }
  const tick = (): void => {
    const viewed = live.viewers() > 0
    if (viewed && nowMs() - announcedMs >= ANNOUNCE_MS) {
      announcedMs = nowMs()
      channel.publish(WANTED + instanceId)
    }
    if (isWanted()) send()
    else endWatching()
    if (!viewed && !isWanted()) pause()
  }
  const endWatching = (): void => {
    unwatch?.()
    unwatch = null
    rows = []
    skipped = 0
  }
  const run = (): void => {
    if (endTicking !== null) return
    endTicking = repeat(tick, BATCH_MS)
    tick()
  }
  const pause = (): void => {
    endTicking?.()
    endTicking = null
    announcedMs = Number.NEGATIVE_INFINITY
    gauges.clear()
  }
  live.onViewer(run)

  return {
    scope: () => (channel.standing ? 'all' : 'own'),
    gauge: gauges.sum,
    stop() {
      pause()
      endWatching()
      channel.stop()
    },
  }
}

/** The latest gauge of each other instance, as long as it is fresh. */
function createGauges(nowMs: () => number) {
  const known = new Map<string, { gauge: Gauge; atMs: number }>()
  return {
    take: ({ from, gauge }: Batch) => known.set(from, { gauge, atMs: nowMs() }),
    sum(): Gauge {
      const sum = { requests: 0, errors: 0, tokens: 0, inFlight: 0 }
      for (const { gauge, atMs } of known.values()) {
        if (nowMs() - atMs > INTEREST_MS) continue
        sum.requests += gauge.requests
        sum.errors += gauge.errors
        sum.tokens += gauge.tokens
        sum.inFlight += gauge.inFlight
      }
      return sum
    },
    clear: () => known.clear(),
  }
}

function withTimer(work: () => void, everyMs: number): () => void {
  const timer = setInterval(work, everyMs)
  return () => clearInterval(timer)
}

/** Null for what another version may send. */
function batchIn(text: string): Batch | null {
  try {
    const batch = JSON.parse(text) as Partial<Batch>
    const { from, rows, skipped, gauge } = batch
    if (typeof from !== 'string' || !Array.isArray(rows) || gauge === undefined) return null
    return { from, rows, skipped: Number(skipped) || 0, gauge }
  } catch {
    return null
  }
}

/** Where there is nothing to share: one instance, or several that have no Redis. */
export function noPeers(scope: 'all' | 'own'): LivePeers {
  const gauge = { requests: 0, errors: 0, tokens: 0, inFlight: 0 }
  return { scope: () => scope, gauge: () => gauge, stop() {} }
}
