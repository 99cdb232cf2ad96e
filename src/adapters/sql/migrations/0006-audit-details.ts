/** Migration 6: the audit log also keeps the client's address and the values before and after a change. */
import type { Migration } from 'kysely'

export const auditDetails: Migration = {
  async up(db) {
    for (const column of ['address', 'before', 'after'])
      await db.schema.alterTable('audit_log').addColumn(column, 'text').execute()
    await db.schema.createIndex('audit_log_subject').on('audit_log').column('subject').execute()
  },
}
