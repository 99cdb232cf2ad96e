/** Requests that wait for slots: by priority, then in the order in which they came. */
import type { Cap, Taking } from './cap.ts'

/** What tells a waiting request that its client is gone. */
export interface Leaving {
  readonly aborted: boolean
  listen(listener: () => void): void
  unlisten(listener: () => void): void
}

export interface WaitOptions {
  /** Higher ones go first. */
  priority: number
  timeoutMs: number
  signal: Leaving
}

interface Waiter {
  alternatives: readonly (readonly Cap[])[]
  owners: ReadonlySet<string>
  priority: number
  /** Null: it stops waiting. */
  finish(got: { at: number; release: () => void } | null): void
  isOver: boolean
}

interface Parts {
  attempt(caps: readonly Cap[]): Taking | Promise<Taking>
  /** At this instance alone. */
  isFull(cap: Cap): boolean
  isShared(cap: Cap): boolean
}

/** Nothing reports a slot that another instance gives back, so it is looked for. */
const LOOK_EVERY_MS = 50

export function createWaitingLine({ attempt, isFull, isShared }: Parts) {
  const waiters: Waiter[] = []
  let serving = false
  let again = false
  let timer: ReturnType<typeof setInterval> | null = null

  const remove = (waiter: Waiter): void => {
    const at = waiters.indexOf(waiter)
    if (at >= 0) waiters.splice(at, 1)
    if (waiters.length > 0 || timer === null) return
    clearInterval(timer)
    timer = null
  }
  const enqueue = (waiter: Waiter): void => {
    const after = waiters.findIndex(({ priority }) => priority < waiter.priority)
    waiters.splice(after < 0 ? waiters.length : after, 0, waiter)
    if (waiter.alternatives.flat().some(isShared)) timer ??= setInterval(serve, LOOK_EVERY_MS)
  }
  /** An owner that is full for one is full for all after it, and they must not overtake it. */
  const serveOne = async (waiter: Waiter, blocked: Set<string>): Promise<void> => {
    for (const [at, caps] of waiter.alternatives.entries()) {
      if (caps.some((cap) => blocked.has(cap.owner))) continue
      const full = caps.find(isFull)
      const asked = full === undefined ? attempt(caps) : ({ kind: 'full', cap: full } as const)
      const taking = asked instanceof Promise ? await asked : asked
      if (taking.kind === 'taken') {
        if (waiter.isOver) taking.release()
        else waiter.finish({ at, release: taking.release })
        return
      }
      if (taking.kind === 'full') blocked.add(taking.cap.owner)
    }
  }
  const serveAll = async (): Promise<void> => {
    const blocked = new Set<string>()
    for (const waiter of [...waiters]) if (!waiter.isOver) await serveOne(waiter, blocked)
  }
  /** One round at a time; what comes free meanwhile makes one more. */
  const serve = (): void => {
    again = true
    if (serving) return
    serving = true
    const rounds = async () => {
      while (again) {
        again = false
        await serveAll()
      }
    }
    void rounds().finally(() => {
      serving = false
    })
  }

  return {
    isEmpty: () => waiters.length === 0,
    /** Whether a request waits for the cap that would be served before one of this priority. */
    precedes: ({ owner }: Cap, priority: number): boolean =>
      waiters.some((waiter) => waiter.priority >= priority && waiter.owners.has(owner)),
    waiting: (owner?: string): number =>
      owner === undefined
        ? waiters.length
        : waiters.filter((waiter) => waiter.owners.has(owner)).length,
    freed(owners: readonly string[]): void {
      if (waiters.some((waiter) => owners.some((owner) => waiter.owners.has(owner)))) serve()
    },
    wait(
      alternatives: readonly (readonly Cap[])[],
      { priority, timeoutMs, signal }: WaitOptions,
    ): Promise<{ at: number; release: () => void } | null> {
      if (signal.aborted) return Promise.resolve(null)
      return new Promise((resolve) => {
        const stop = () => waiter.finish(null)
        const limit = setTimeout(stop, timeoutMs)
        const waiter: Waiter = {
          alternatives,
          owners: new Set(alternatives.flat().map(({ owner }) => owner)),
          priority,
          isOver: false,
          finish(got) {
            if (waiter.isOver) return
            waiter.isOver = true
            clearTimeout(limit)
            signal.unlisten(stop)
            remove(waiter)
            resolve(got)
          },
        }
        signal.listen(stop)
        enqueue(waiter)
        serve()
      })
    },
  }
}
