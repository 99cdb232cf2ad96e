/** Minutes of full load: does memory grow, and does anything hold up a request? */
import { percentile } from './rig/figures.ts'
import { type Lag, startLagProbe } from './rig/lag-probe.ts'
import type { Loader, LoadTarget } from './rig/load.ts'
import { memoryOf } from './rig/process-cost.ts'

export interface EnduranceFigures {
  /** From ten seconds after the beginning to the end. */
  grownMb: number
  lag: LagFigures
}

/** Each part of the waits, in milliseconds. */
export interface LagFigures {
  p99Ms: number
  /** The longest that the server's thread ran or was blocked before it answered. */
  longestOwnMs: number
  longestQueuedMs: number
  longestBlockedMs: number
  /** Waits in which the server itself ran or was blocked for more than 5 ms. */
  stalls: number
}

const SETTLED_AFTER_SECONDS = 10
const CONNECTIONS = 64
const STALL_MS = 5

export async function measureEndurance(
  target: LoadTarget,
  loader: Loader,
  seconds: number,
): Promise<EnduranceFigures> {
  await loader.run(target, CONNECTIONS, SETTLED_AFTER_SECONDS)
  const before = memoryOf(target.pid).residentMb
  const lag = await measureLag(target, loader, seconds - SETTLED_AFTER_SECONDS)
  return { grownMb: memoryOf(target.pid).residentMb - before, lag }
}

async function measureLag(
  target: LoadTarget,
  loader: Loader,
  seconds: number,
): Promise<LagFigures> {
  const probe = await startLagProbe(target.origin, target.pid)
  await loader.run(target, CONNECTIONS, seconds)
  return figuresOf(await probe.stop())
}

function figuresOf(lags: readonly Lag[]): LagFigures {
  const longest = (part: (lag: Lag) => number) =>
    lags.reduce((most, lag) => Math.max(most, part(lag)), 0)
  return {
    p99Ms: percentile(
      lags.map(({ totalMs }) => totalMs),
      99,
    ),
    longestOwnMs: longest(({ ownMs }) => ownMs),
    longestQueuedMs: longest(({ queuedMs }) => queuedMs),
    longestBlockedMs: longest(({ blockedMs }) => blockedMs),
    stalls: lags.filter(({ ownMs, blockedMs }) => ownMs + blockedMs > STALL_MS).length,
  }
}
