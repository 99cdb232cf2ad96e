/** Requests that wait for slots: by priority, then in the order in which they came. */
import type { Cap, Taking } from './cap.ts'
import type { SharedSlots, SlotClaim } from './shared-slots.ts'

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
  turn: SlotClaim & { waiter: string }
  /** Owners where the other instances may know of it. */
  known: Set<string>
  /** Null: it stops waiting. */
  finish(got: { at: number; release: () => void } | null): void
  isOver: boolean
}

interface Parts {
  attempt(caps: readonly Cap[], turn: SlotClaim): Taking | Promise<Taking>
  /** At this instance alone. */
  isFull(cap: Cap): boolean
  /** Null if every instance counts alone. */
  shared: SharedSlots | null
  /** Another thread may give back a slot of any cap. */
  looksForSlots: boolean
}

/** Nothing reports a slot that another instance gives back, so it is looked for. */
const LOOK_EVERY_MS = 50

interface Line extends Parts {
  readonly waiters: Waiter[]
  serving: boolean
  /** Something came free while `serving`. */
  again: boolean
  timer: ReturnType<typeof setInterval> | null
}

export function createWaitingLine(parts: Parts) {
  const line: Line = { ...parts, waiters: [], serving: false, again: false, timer: null }
  const { waiters } = line
  return {
    isEmpty: () => waiters.length === 0,
    /** Whether a request waits for the cap that would be served before one of this priority. */
    precedes: ({ owner }: Cap, priority: number): boolean =>
      waiters.some(({ turn, owners }) => turn.priority >= priority && owners.has(owner)),
    waiting: (owner?: string): number =>
      owner === undefined
        ? waiters.length
        : waiters.filter((waiter) => waiter.owners.has(owner)).length,
    freed(owners: readonly string[]): void {
      if (waiters.some((waiter) => owners.some((owner) => waiter.owners.has(owner)))) serve(line)
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
          turn: { priority, sinceMs: Date.now(), waiter: crypto.randomUUID() },
          known: new Set(),
          isOver: false,
          finish(got) {
            if (waiter.isOver) return
            waiter.isOver = true
            clearTimeout(limit)
            signal.unlisten(stop)
            remove(line, waiter)
            resolve(got)
          },
        }
        signal.listen(stop)
        enqueue(line, waiter)
        serve(line)
      })
    },
  }
}

function remove(line: Line, waiter: Waiter): void {
  const { waiters, timer, shared } = line
  if (waiter.known.size > 0) shared?.stopWaiting([...waiter.known], waiter.turn.waiter)
  const at = waiters.indexOf(waiter)
  if (at >= 0) waiters.splice(at, 1)
  if (waiters.length > 0 || timer === null) return
  clearInterval(timer)
  line.timer = null
}

function enqueue(line: Line, waiter: Waiter): void {
  const { waiters } = line
  const after = waiters.findIndex(({ turn }) => turn.priority < waiter.turn.priority)
  waiters.splice(after < 0 ? waiters.length : after, 0, waiter)
  if (line.looksForSlots || waiter.alternatives.flat().some((cap) => isShared(line, cap)))
    line.timer ??= setInterval(() => serve(line), LOOK_EVERY_MS)
}

/** One round at a time; what comes free meanwhile makes one more. */
function serve(line: Line): void {
  line.again = true
  if (line.serving) return
  line.serving = true
  void rounds(line)
}

/** `serving` ends in the same turn as the last look at `again`, so that nothing comes free unnoticed between them. */
async function rounds(line: Line): Promise<void> {
  try {
    while (line.again) {
      line.again = false
      await serveAll(line)
    }
  } finally {
    line.serving = false
  }
}

async function serveAll(line: Line): Promise<void> {
  const blocked = new Set<string>()
  for (const waiter of [...line.waiters]) if (!waiter.isOver) await serveOne(line, waiter, blocked)
}

/** An owner that is full for one is full for all after it, and they must not overtake it. */
async function serveOne(line: Line, waiter: Waiter, blocked: Set<string>): Promise<void> {
  const { attempt, isFull } = line
  for (const [at, caps] of waiter.alternatives.entries()) {
    if (waiter.isOver) return
    const full = caps.find((cap) => blocked.has(cap.owner) || isFull(cap))
    if (full !== undefined) makeKnown(line, waiter, full)
    for (const cap of caps) if (isShared(line, cap)) waiter.known.add(cap.owner)
    const asked =
      full === undefined ? attempt(caps, waiter.turn) : ({ kind: 'full', cap: full } as const)
    const taking = asked instanceof Promise ? await asked : asked
    if (taking.kind === 'taken') {
      if (waiter.isOver) taking.release()
      else waiter.finish({ at, release: taking.release })
      return
    }
    if (taking.kind === 'full') blocked.add(taking.cap.owner)
  }
}

function isShared({ shared }: Line, cap: Cap): boolean {
  return shared !== null && cap.shared
}

/** So that no request of another instance overtakes it there. */
function makeKnown(line: Line, { turn, known }: Waiter, cap: Cap): void {
  if (!isShared(line, cap) || known.has(cap.owner)) return
  known.add(cap.owner)
  line.shared?.waitFor(cap.owner, turn)
}
