/** The audit log in SQL. */
import type { Kysely, Selectable } from 'kysely'
import type { AdminStore, AuditRow } from '../../admin/store.ts'
import { isoTime } from '../../core/time/iso-time.ts'
import { pageLimit } from './accounts/list-page.ts'
import type { AuditLogTable, Tables } from './schema/schema.ts'
import { jsonOrNull, time } from './values.ts'

export function createAuditLog(db: Kysely<Tables>): Pick<AdminStore, 'audit' | 'listAudit'> {
  return {
    async audit({ actor, address, action, subject, before, after, atMs }) {
      await db
        .insertInto('audit_log')
        .values({
          actor,
          address,
          action,
          subject,
          before: jsonOrNull(before),
          after: jsonOrNull(after),
          at: isoTime(atMs),
        })
        .execute()
    },
    async listAudit(query = {}) {
      const { after, actor, action, subject, fromMs, toMs } = query
      const limit = pageLimit(query)
      let select = db
        .selectFrom('audit_log')
        .selectAll()
        .orderBy('id', 'desc')
        .limit(limit + 1)
      if (after) select = select.where('id', '<', after)
      if (actor) select = select.where('actor', '=', actor)
      if (subject) select = select.where('subject', '=', subject)
      if (action?.endsWith('.')) select = select.where('action', 'like', `${action}%`)
      else if (action) select = select.where('action', '=', action)
      if (typeof fromMs === 'number') select = select.where('at', '>=', isoTime(fromMs))
      if (typeof toMs === 'number') select = select.where('at', '<', isoTime(toMs))
      const rows = await select.execute()
      const page = rows.slice(0, limit)
      const next = rows.length > limit ? (page.at(-1)?.id ?? null) : null
      return { items: page.map(toAuditRow), malformed: [], next }
    },
  }
}

function toAuditRow(row: Selectable<AuditLogTable>): AuditRow {
  const { id, actor, address, action, subject } = row
  const atMs = time('at', row.at)
  return {
    id,
    actor,
    address,
    action,
    subject,
    atMs,
    before: view(row.before),
    after: view(row.after),
  }
}

function view(text: string | null): object | null {
  return text === null ? null : (JSON.parse(text) as object)
}
