/** One timer for all calls under way: they have the same limit, so the oldest is late first. */

export class Late extends Error {}

export interface Call {
  /** To be set once it was answered. */
  done: boolean
  /** Only the first failure of a call counts, and none after its answer. */
  fail(error: unknown): void
}

interface Waiting extends Call {
  dueMs: number
}

export function createCallWatch(limitMs: number) {
  let waiting: Waiting[] = []
  let timer: Timer | null = null

  const look = () => {
    timer = null
    const nowMs = performance.now()
    const first = waiting.findIndex(({ done, dueMs }) => !done && dueMs > nowMs)
    const over = first < 0 ? waiting : waiting.slice(0, first)
    waiting = first < 0 ? [] : waiting.slice(first)
    if (over.some(({ done }) => !done)) giveUp(over)
    const [next] = waiting
    if (next !== undefined) timer = setTimeout(look, Math.max(1, next.dueMs - nowMs))
  }
  /** A process that stood still is not to blame Redis: what has come meanwhile is read first. */
  const giveUp = (over: readonly Waiting[]) => {
    const late = () => {
      for (const call of over) call.fail(new Late(`it did not answer within ${limitMs} ms`))
    }
    setImmediate(() => setImmediate(late))
  }

  return {
    begin(onFailure: (error: unknown) => void): Call {
      const call: Waiting = {
        dueMs: performance.now() + limitMs,
        done: false,
        fail(error) {
          if (call.done) return
          call.done = true
          onFailure(error)
        },
      }
      waiting.push(call)
      timer ??= setTimeout(look, limitMs)
      return call
    },
    stop() {
      if (timer !== null) clearTimeout(timer)
      timer = null
    },
  }
}
