/**
 * What all requests of one turn of the event loop ask of Redis, in one call each way: what ended is
 * corrected first, then what begins is taken, one request after the other. A call of its own for each
 * would cost a request more than its share of Redis and of all the rest of its limits.
 */
import type { Correction, Demand } from '../../limits/counters.ts'
import { correctArguments, type Sum, takeArguments } from './scripts.ts'

/** Whether it was taken, the second at which, and of each demand: used, reset, wait. */
export type ScriptReply = readonly number[]

export interface Turns {
  /** Rejects where Redis did not answer. */
  take(demands: readonly Demand[]): Promise<ScriptReply>
  /** `second`: when they were taken, on Redis's clock. Waits for nothing. */
  correct(second: number, corrections: readonly Correction[]): void
  /** Sends at once what was asked for. */
  flush(): void
}

interface Waiting {
  demands: readonly Demand[]
  resolve(answer: ScriptReply): void
  reject(error: unknown): void
}

type Run = (script: 'take' | 'correct', args: string[]) => Promise<unknown>

/** A script with so many requests still takes Redis less than its clients wait. */
const MAX_TAKES = 100

export function createTurns(run: Run): Turns {
  let takes: Waiting[] = []
  /** Of the corrections of one counter and one second only the sum matters. */
  let sums = new Map<string, Sum>()
  let scheduled: NodeJS.Immediate | null = null

  const flush = (): void => {
    if (scheduled !== null) clearImmediate(scheduled)
    scheduled = null
    const corrected = [...sums.values()]
    sums = new Map()
    if (corrected.length > 0) run('correct', correctArguments(corrected)).catch(() => {})
    const asked = takes
    takes = []
    for (let at = 0; at < asked.length; at += MAX_TAKES) takeAll(asked.slice(at, at + MAX_TAKES))
  }
  const takeAll = (asked: readonly Waiting[]): void => {
    const answered = (answers: unknown) => {
      for (const [at, { resolve }] of asked.entries()) resolve((answers as ScriptReply[])[at] ?? [])
    }
    const failed = (error: unknown) => {
      for (const { reject } of asked) reject(error)
    }
    run('take', takeArguments(asked.map(({ demands }) => demands))).then(answered, failed)
  }

  return {
    take(demands) {
      scheduled ??= setImmediate(flush)
      return new Promise((resolve, reject) => takes.push({ demands, resolve, reject }))
    },
    correct(second, corrections) {
      for (const { counter, by } of corrections) {
        const name = `${second} ${counter}`
        const sum = sums.get(name)
        if (sum === undefined) sums.set(name, { counter, second, by })
        else sum.by += by
      }
      scheduled ??= setImmediate(flush)
    },
    flush,
  }
}
