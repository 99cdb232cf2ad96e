/** Who changed what. */
import type { AdminDependencies } from './dependencies.ts'
import type { AuditQuery, AuditRow, Page } from './store.ts'

export function createAudit({ store }: AdminDependencies) {
  return {
    list: (query?: AuditQuery): Promise<Page<AuditRow>> => store.listAudit(query),
  }
}
