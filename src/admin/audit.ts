/** Who changed what. */
import type { AdminDependencies } from './dependencies.ts'
import type { AuditQuery, AuditRow, Listed } from './store.ts'

export function createAudit({ store }: AdminDependencies) {
  return {
    list: (query?: AuditQuery): Promise<Listed<AuditRow>> => store.listAudit(query),
  }
}
