/** The audit log of a gateway with the embedded store, read from the file while it runs. */
import type { Gateway } from '../../support/gateway.ts'

export interface AuditRow {
  id: number
  actor: string
  address: string | null
  action: string
}

export function rowsAfter(gateway: Pick<Gateway, 'database'>, id: number): AuditRow[] {
  const db = gateway.database()
  try {
    return db
      .query('select id, actor, address, action from audit_log where id > ? order by id')
      .all(id) as AuditRow[]
  } finally {
    db.close()
  }
}

export function lastRow(gateway: Pick<Gateway, 'database'>): number {
  return rowsAfter(gateway, 0).at(-1)?.id ?? 0
}

/** A total that is not what the records add up to. */
export function spoilTotals(gateway: Pick<Gateway, 'database'>): void {
  const db = gateway.database()
  const now = new Date()
  const month = [now.getUTCFullYear(), now.getUTCMonth() + 1]
  db.run(
    `insert into usage_monthly (user_id, year, month, requests) values (1, ?, ?, 5)
     on conflict do update set requests = requests + 5`,
    month,
  )
  db.close()
}
