/** Time limits by the thousand with one timer: cheaper than a timer set and cleared for every chunk. */
import { Members, NO_PLACE, type SetMember } from '../core/members.ts'

/** A class, for each request opens several: as closures each would be five objects instead of one. */
export class Deadline implements SetMember {
  place = NO_PLACE
  atMs = 0
  onExpiry: (() => void) | null = null
  private readonly watch: Watch

  constructor(watch: Watch) {
    this.watch = watch
  }

  /** Moves the limit to `ms` from now and says what happens then, once. */
  set(ms: number, onExpiry: () => void): void {
    const watched = this.onExpiry !== null
    this.atMs = performance.now() + ms
    this.onExpiry = onExpiry
    if (!watched) this.watch.begin(this)
  }

  clear(): void {
    if (this.onExpiry === null) return
    this.onExpiry = null
    this.watch.end(this)
  }
}

interface Watch {
  begin(deadline: Deadline): void
  end(deadline: Deadline): void
}

export interface Deadlines {
  open(): Deadline
  stop(): void
}

/** Limits are kept to within this; none is ever early. */
const RESOLUTION_MS = 20
/** If two sweeps are further apart, this process was suspended; the other side was not silent. */
const STOOD_STILL_MS = 500

export function createDeadlines(): Deadlines {
  const watched = new Members<Deadline>()
  let timer: ReturnType<typeof setInterval> | null = null

  let sweptMs = 0

  const sweep = () => {
    const nowMs = performance.now()
    const gapMs = nowMs - sweptMs
    sweptMs = nowMs
    if (gapMs > STOOD_STILL_MS) {
      watched.forEach((deadline) => {
        deadline.atMs += gapMs
      })
    }
    watched.forEach((deadline) => {
      const { onExpiry } = deadline
      if (onExpiry === null || nowMs < deadline.atMs) return
      deadline.clear()
      onExpiry()
    })
    if (watched.size === 0) stop()
  }
  const stop = () => {
    if (timer !== null) clearInterval(timer)
    timer = null
  }

  const watch: Watch = {
    begin(deadline) {
      watched.add(deadline)
      if (timer !== null) return
      sweptMs = performance.now()
      timer = setInterval(sweep, RESOLUTION_MS)
    },
    end: (deadline) => void watched.delete(deadline),
  }

  return { open: () => new Deadline(watch), stop }
}
