/** What was used, summed. */
import type { UsageQuery, UsageSummary } from '../ports/admin-store.ts'
import type { AdminDependencies } from './dependencies.ts'

export function createUsage({ store }: AdminDependencies) {
  return {
    summarize: (query: UsageQuery): Promise<UsageSummary[]> => store.summarizeUsage(query),
  }
}
