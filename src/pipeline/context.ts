/** What identifies one request, and tells its stages that the client is gone. */
import type { Wait } from '../usage/record.ts'

/**
 * Aborted when the client's connection is gone. An AbortSignal with one listener costs 0.7 µs of each
 * request, this 0.05 µs (Bun 1.4.5).
 */
export class ClientSignal {
  aborted = false
  private listeners: (() => void)[] | null = null

  /** Calls `listener` once, at the abort; never if that has already happened. */
  listen(listener: () => void): void {
    if (this.listeners === null) this.listeners = [listener]
    else this.listeners.push(listener)
  }

  unlisten(listener: () => void): void {
    const at = this.listeners?.indexOf(listener) ?? -1
    if (at >= 0) this.listeners?.splice(at, 1)
  }

  abort(): void {
    if (this.aborted) return
    this.aborted = true
    const { listeners } = this
    this.listeners = null
    if (listeners !== null) for (const listener of listeners) listener()
  }
}

export interface RequestContext {
  readonly requestId: string
  /** Wall clock, milliseconds since 1970. */
  readonly startedAtMs: number
  /** Monotonic clock at arrival. */
  readonly arrivedMs: number
  readonly signal: ClientSignal
  /** What it has waited for so far. */
  readonly waits: Wait[]
}

export function openContext(requestId: string, startedAtMs: number): RequestContext {
  return {
    requestId,
    startedAtMs,
    arrivedMs: performance.now(),
    signal: new ClientSignal(),
    waits: [],
  }
}

/** Resolves as `work` does, and notes how long that took. */
export async function waitingFor<Result>(
  kind: Wait['kind'],
  { arrivedMs, waits }: RequestContext,
  work: Promise<Result>,
): Promise<Result> {
  const startedMs = performance.now() - arrivedMs
  try {
    return await work
  } finally {
    const durationMs = performance.now() - arrivedMs - startedMs
    waits.push({ kind, startedMs: hundredths(startedMs), durationMs: hundredths(durationMs) })
  }
}

/** Records are read by people. */
export function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100
}
