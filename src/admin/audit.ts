/** Who changed what. */
import type { AdminDependencies } from './dependencies.ts'
import type { AuditRow } from './store.ts'
import type { AuditQuery, Page } from './store-queries.ts'

export function createAudit({ store }: AdminDependencies) {
  return {
    list: (query?: AuditQuery): Promise<Page<AuditRow>> => store.listAudit(query),
  }
}
