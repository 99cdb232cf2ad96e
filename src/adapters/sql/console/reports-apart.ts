/** Runs reports on SQLite in a separate thread: its queries would block the process they run in. */
import type { ConsoleReports } from '../../../usage/console-reports.ts'
import type { ReportAnswer, ReportQuestion } from './report-thread.ts'

/** With more waiting, reports are requested faster than a database can answer. */
const MAX_WAITING = 50

interface Waiting {
  resolve(value: never): void
  reject(error: Error): void
}

export interface ReportsApart extends ConsoleReports {
  close(): void
}

export function reportsApart(path: string): ReportsApart {
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
    const started = new Worker(new URL('./report-thread.ts', import.meta.url), { smol: true })
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
    requests: asked('requests'),
    request: asked('request'),
    names: asked('names'),
    firstRecordMs: asked('firstRecordMs'),
    close: () => fail('the gateway stops'),
  }
}
