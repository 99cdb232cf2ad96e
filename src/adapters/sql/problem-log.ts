/** Logs malformed rows when they first appear, not on each read. */
import type { Logger } from '../../core/logger.ts'
import type { RowProblem } from './accounts/rows.ts'

export type ReportProblems = (problems: readonly RowProblem[]) => void

export function createProblemLog(logger: Logger | undefined): ReportProblems {
  let reported = new Set<string>()
  return (problems) => {
    const seen = new Set<string>()
    for (const problem of problems) {
      const text = JSON.stringify(problem)
      seen.add(text)
      if (!reported.has(text)) logger?.error(problem, 'malformed database row left out')
    }
    reported = seen
  }
}
