/**
 * The thread that runs SQLite's reports and loads the price list for the console, so that neither blocks a stream; an
 * entry point of its own, also in the executable.
 */
import { createConsoleReports } from '../../adapters/sql/console/console-reports.ts'
import type {
  ReportAnswer,
  ReportQuestion,
} from '../../adapters/sql/console/report-thread-client.ts'
import { SQLITE } from '../../adapters/sql/sql-dialect.ts'
import { openReadOnly } from '../../adapters/sql/sqlite/open-database.ts'
import type { ConsoleReports } from '../../usage/console-reports.ts'
import { publishedPrices } from '../compose/published-prices.ts'

declare const self: Worker

let reports: ConsoleReports | null = null

self.onmessage = async ({ data }: MessageEvent<ReportQuestion>) => {
  const { id, path, ask, given } = data
  let answer: ReportAnswer
  try {
    reports ??= createConsoleReports(openReadOnly(path), SQLITE, publishedPrices())
    const method = reports[ask] as (...given: readonly unknown[]) => Promise<unknown>
    answer = { id, value: await method(...given), problem: null }
  } catch (error) {
    answer = { id, value: null, problem: String(error) }
  }
  self.postMessage(answer)
}
