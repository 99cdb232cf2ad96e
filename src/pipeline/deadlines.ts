/** Time limits by the thousand with one timer: cheaper than a timer set and cleared for every chunk. */

export interface Deadline {
  /** Moves the limit to `ms` from now and says what happens then, once. */
  set(ms: number, onExpiry: () => void): void
  clear(): void
}

export interface Deadlines {
  open(): Deadline
  stop(): void
}

interface Watch {
  atMs: number
  onExpiry: (() => void) | null
}

/** Limits are kept to within this; none is ever early. */
const RESOLUTION_MS = 20
/** Between two sweeps that are further apart, this process stood still: the other side was not silent. */
const STOOD_STILL_MS = 500

export function createDeadlines(): Deadlines {
  const watches = new Set<Watch>()
  let timer: ReturnType<typeof setInterval> | null = null

  let sweptMs = 0

  const sweep = () => {
    const nowMs = performance.now()
    const gapMs = nowMs - sweptMs
    sweptMs = nowMs
    if (gapMs > STOOD_STILL_MS) {
      for (const watch of watches) watch.atMs += gapMs
    }
    for (const watch of watches) {
      if (watch.onExpiry === null || nowMs < watch.atMs) continue
      const expired = watch.onExpiry
      watch.onExpiry = null
      watches.delete(watch)
      expired()
    }
    if (watches.size === 0) stop()
  }
  const stop = () => {
    if (timer !== null) clearInterval(timer)
    timer = null
  }

  return {
    open() {
      const watch: Watch = { atMs: 0, onExpiry: null }
      return {
        set(ms, onExpiry) {
          watch.atMs = performance.now() + ms
          watch.onExpiry = onExpiry
          watches.add(watch)
          if (timer !== null) return
          sweptMs = performance.now()
          timer = setInterval(sweep, RESOLUTION_MS)
        },
        clear() {
          watch.onExpiry = null
          watches.delete(watch)
        },
      }
    },
    stop,
  }
}
