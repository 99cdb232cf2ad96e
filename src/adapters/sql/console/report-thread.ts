/** The thread that runs SQLite's reports, so that a large one blocks no stream; a separate entry point. */
import type { ConsoleReports } from '../../../usage/console-reports.ts'
import { openReadOnly } from '../sqlite/open-database.ts'
import { createConsoleReports } from './console-reports.ts'

export interface ReportQuestion {
  id: number
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

declare const self: Worker

let reports: ConsoleReports | null = null

self.onmessage = async ({ data }: MessageEvent<ReportQuestion>) => {
  const { id, path, ask, given } = data
  let answer: ReportAnswer
  try {
    reports ??= createConsoleReports(openReadOnly(path))
    const method = reports[ask] as (...given: readonly unknown[]) => Promise<unknown>
    answer = { id, value: await method(...given), problem: null }
  } catch (error) {
    answer = { id, value: null, problem: String(error) }
  }
  self.postMessage(answer)
}
