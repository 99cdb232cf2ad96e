/** One timer for all pending calls: they share a timeout, so the oldest expires first. */

export class Late extends Error {}

interface Waiting {
  /** Set once the call was answered. */
  done: boolean
  /** Only a call's first failure counts, and none after its answer. */
  fail(error: unknown): void
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
  /** Don't count an event-loop stall against Redis: read pending replies first. */
  const giveUp = (over: readonly Waiting[]) => {
    const late = () => {
      for (const call of over) call.fail(new Late(`it did not answer within ${limitMs} ms`))
    }
    setImmediate(() => setImmediate(late))
  }

  const begin = (onFailure: (error: unknown) => void): Waiting => {
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
  }

  return {
    /** Rejects with `Late` if the answer takes too long. `onFailure` is called before it rejects, for any reason. */
    watch<T>(answer: Promise<T>, onFailure: (error: unknown) => void): Promise<T> {
      return new Promise((resolve, reject) => {
        const call = begin((error) => {
          onFailure(error)
          reject(error)
        })
        answer.then((value) => {
          call.done = true
          resolve(value)
        }, call.fail)
      })
    },
    stop() {
      if (timer !== null) clearTimeout(timer)
      timer = null
    },
  }
}
