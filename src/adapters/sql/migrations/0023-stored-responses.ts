/** Migration 23: responses that the gateway keeps for clients of upstreams that keep none, encrypted. */
import type { Kysely, Migration } from 'kysely'

async function createDataKeys(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('data_keys')
    .addColumn('purpose', 'text', (column) => column.notNull().primaryKey())
    // Encrypted with ENCRYPTION_KEY, so that a rotation encrypts one row again instead of every response.
    .addColumn('sealed_key', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .execute()
}

async function createResponses(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('stored_responses')
    .addColumn('response_id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('user_id', 'integer', (column) =>
      column.notNull().references('users.id').onDelete('cascade'),
    )
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .addColumn('encrypted_body', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('stored_responses_expiry')
    .on('stored_responses')
    .column('expires_at')
    .execute()
  await db.schema
    .createIndex('stored_responses_user')
    .on('stored_responses')
    .column('user_id')
    .execute()
}

export const storedResponses: Migration = {
  async up(db) {
    await createDataKeys(db)
    await createResponses(db)
  },
}
