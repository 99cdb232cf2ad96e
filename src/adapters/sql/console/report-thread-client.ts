/** Runs reports on SQLite in a separate thread: its queries would block the process they run in. */
import type { ConsoleReports } from '../../../usage/console-reports.ts'

/** With more waiting, reports are requested faster than a database can answer. */
const MAX_WAITING = 50

export interface ReportQuestion {
  id: number
  /** Of the database. */
  path: string
  ask: keyof ConsoleReports
  given: readonly unknown[]
}

export interface ReportAnswer {
  id: number
  value: unknown
  /** Null if it was answered. */
  problem: string | null
}

interface Waiting {
  resolve(value: never): void
  reject(error: Error): void
}

export interface ReportThread extends ConsoleReports {
  close(): void
}

/** `startThread` runs main/console/report-thread.ts; called at the first report and after a failure. */
export function createThreadReports(path: string, startThread: () => Worker): ReportThread {
  const waiting = new Map<number, Waiting>()
  let thread: Worker | null = null
  let latest = 0

  const fail = (why: string): void => {
    thread?.terminate()
    thread = null
    for (const { reject } of waiting.values()) reject(new Error(why))
    waiting.clear()
  }
  const start = (): Worker => {
    const started = startThread()
    started.unref()
    started.onmessage = ({ data: { id, value, problem } }: MessageEvent<ReportAnswer>) => {
      const asking = waiting.get(id)
      waiting.delete(id)
      if (problem === null) asking?.resolve(value as never)
      else asking?.reject(new Error(problem))
    }
    started.onerror = () => fail('the report thread failed')
    return started
  }
  const asked = <Ask extends keyof ConsoleReports>(ask: Ask): ConsoleReports[Ask] =>
    ((...given: readonly unknown[]) => {
      if (waiting.size >= MAX_WAITING)
        return Promise.reject(new Error('too many reports are being made'))
      const { promise, resolve, reject } = Promise.withResolvers<never>()
      const question: ReportQuestion = { id: ++latest, path, ask, given }
      thread ??= start()
      waiting.set(question.id, { resolve, reject })
      thread.postMessage(question)
      return promise
    }) as unknown as ConsoleReports[Ask]

  return {
    sums: asked('sums'),
    latency: asked('latency'),
    firstToken: asked('firstToken'),
    overhead: asked('overhead'),
    attempts: asked('attempts'),
    requests: asked('requests'),
    request: asked('request'),
    names: asked('names'),
    firstRecordMs: asked('firstRecordMs'),
    publishedRates: asked('publishedRates'),
    close: () => fail('the gateway stops'),
  }
}
