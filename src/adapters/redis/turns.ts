/**
 * Batches what all requests of one event-loop tick ask of Redis into one call each way: ended requests are
 * corrected first, then new ones are taken in order. A call per request would cost more than its share of Redis
 * plus all other limit checks.
 */
import { oncePerTick } from '../../core/batch-per-tick.ts'
import type { Correction, Demand } from '../../limits/counters.ts'
import { correctArguments, type Sum, takeArguments } from './scripts.ts'

/** Whether it was taken, in which second, and for each demand: used, reset, wait. */
export type ScriptReply = readonly number[]

export interface BatchedScripts {
  /** Rejects if Redis did not answer. */
  take(demands: readonly Demand[]): Promise<ScriptReply>
  /** `second`: when they were taken, on Redis's clock. Fire and forget. */
  correct(second: number, corrections: readonly Correction[]): void
  /** Sends everything queued immediately. */
  flush(): void
}

interface Waiting {
  demands: readonly Demand[]
  resolve(answer: ScriptReply): void
  reject(error: unknown): void
}

type Run = (script: 'take' | 'correct', args: string[]) => Promise<unknown>

/** A script with this many requests still takes Redis less time than its clients wait. */
const MAX_TAKES = 100

export function createBatchedScripts(run: Run): BatchedScripts {
  let takes: Waiting[] = []
  /** For each counter and second, only the sum of the corrections matters. */
  let sums = new Map<string, Sum>()

  const sending = oncePerTick(() => {
    const corrected = [...sums.values()]
    sums = new Map()
    if (corrected.length > 0) run('correct', correctArguments(corrected)).catch(() => {})
    const asked = takes
    takes = []
    for (let at = 0; at < asked.length; at += MAX_TAKES) takeAll(asked.slice(at, at + MAX_TAKES))
  })
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
      sending.schedule()
      return new Promise((resolve, reject) => takes.push({ demands, resolve, reject }))
    },
    correct(second, corrections) {
      for (const { counter, by } of corrections) {
        const name = `${second} ${counter}`
        const sum = sums.get(name)
        if (sum === undefined) sums.set(name, { counter, second, by })
        else sum.by += by
      }
      sending.schedule()
    },
    flush: sending.runNow,
  }
}
