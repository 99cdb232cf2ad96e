/** Migration 1: users, proxy keys, upstream keys, usage records and the audit log. */
import type { Kysely, Migration } from 'kysely'
import type { DialectWords } from '../../sql-dialect.ts'

type Schema = Kysely<unknown>
type Words = Pick<DialectWords, 'id' | 'now'>

async function createUsers(db: Schema, { id, now }: Words): Promise<void> {
  await db.schema
    .createTable('users')
    .addColumn('id', 'integer', id)
    .addColumn('username', 'text', (column) => column.notNull().unique())
    .addColumn('email', 'text')
    .addColumn('role', 'text', (column) => column.notNull().defaultTo('user'))
    .addColumn('status', 'text', (column) => column.notNull().defaultTo('active'))
    .addColumn('monthly_quota_tokens', 'bigint')
    .addColumn('created_at', 'text', (column) => column.notNull().defaultTo(now))
    .addColumn('updated_at', 'text', (column) => column.notNull().defaultTo(now))
    .execute()
}

async function createApiKeys(db: Schema, { id, now }: Words): Promise<void> {
  await db.schema
    .createTable('api_keys')
    .addColumn('id', 'integer', id)
    .addColumn('user_id', 'integer', (column) =>
      column.notNull().references('users.id').onDelete('cascade'),
    )
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('prefix', 'text', (column) => column.notNull())
    .addColumn('key_hash', 'text', (column) => column.notNull().unique())
    .addColumn('status', 'text', (column) => column.notNull().defaultTo('active'))
    .addColumn('allowed_models', 'text')
    .addColumn('rpm', 'bigint')
    .addColumn('tpm', 'bigint')
    .addColumn('expires_at', 'text')
    .addColumn('created_at', 'text', (column) => column.notNull().defaultTo(now))
    .addColumn('updated_at', 'text', (column) => column.notNull().defaultTo(now))
    .execute()
  await db.schema.createIndex('api_keys_user').on('api_keys').column('user_id').execute()
}

/** Ids are never reused (auto-increment): a ciphertext is bound to its row's id. */
async function createUpstreamKeys(db: Schema, { id, now }: Words): Promise<void> {
  await db.schema
    .createTable('upstream_keys')
    .addColumn('id', 'integer', id)
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('provider', 'text', (column) => column.notNull().defaultTo('openai'))
    .addColumn('base_url', 'text', (column) => column.notNull())
    .addColumn('encrypted_key', 'text', (column) => column.notNull())
    .addColumn('key_hint', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('weight', 'integer', (column) => column.notNull().defaultTo(1))
    .addColumn('models', 'text')
    .addColumn('deployments', 'text')
    .addColumn('api_version', 'text')
    .addColumn('status', 'text', (column) => column.notNull().defaultTo('healthy'))
    .addColumn('failure_count', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('total_requests', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('total_errors', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('cooldown_until', 'text')
    .addColumn('last_error', 'text')
    .addColumn('created_at', 'text', (column) => column.notNull().defaultTo(now))
    .addColumn('updated_at', 'text', (column) => column.notNull().defaultTo(now))
    .execute()
}

/** No foreign keys: the ledger outlives the users and keys it names. */
async function createUsageRecords(db: Schema): Promise<void> {
  await db.schema
    .createTable('usage_records')
    .addColumn('request_id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('started_at', 'text', (column) => column.notNull())
    .addColumn('user_id', 'integer', (column) => column.notNull())
    .addColumn('api_key_id', 'integer', (column) => column.notNull())
    .addColumn('endpoint', 'text', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('upstream_model', 'text')
    .addColumn('upstream_key_id', 'integer')
    .addColumn('upstream', 'text')
    .addColumn('provider', 'text')
    .addColumn('stream', 'integer', (column) => column.notNull())
    .addColumn('status', 'integer', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('error_code', 'text')
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('attempt_log', 'text', (column) => column.notNull())
    .addColumn('ambiguous', 'integer', (column) => column.notNull())
    .addColumn('duration_ms', 'double precision', (column) => column.notNull())
    .addColumn('first_token_ms', 'double precision')
    .addColumn('prompt_tokens', 'bigint', (column) => column.notNull())
    .addColumn('completion_tokens', 'bigint', (column) => column.notNull())
    .addColumn('total_tokens', 'bigint', (column) => column.notNull())
    .addColumn('cached_tokens', 'bigint', (column) => column.notNull())
    .addColumn('reasoning_tokens', 'bigint', (column) => column.notNull())
    .addColumn('audio_tokens', 'bigint', (column) => column.notNull())
    .addColumn('estimated', 'integer', (column) => column.notNull())
    .addColumn('cost_usd', 'double precision')
    .execute()
  await db.schema
    .createIndex('usage_records_started')
    .on('usage_records')
    .column('started_at')
    .execute()
  await db.schema
    .createIndex('usage_records_user_started')
    .on('usage_records')
    .columns(['user_id', 'started_at'])
    .execute()
}

async function createAuditLog(db: Schema, { id, now }: Words): Promise<void> {
  await db.schema
    .createTable('audit_log')
    .addColumn('id', 'integer', id)
    .addColumn('at', 'text', (column) => column.notNull().defaultTo(now))
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .execute()
}

export function firstTables(words: Words): Migration {
  return {
    async up(db) {
      await createUsers(db, words)
      await createApiKeys(db, words)
      await createUpstreamKeys(db, words)
      await createUsageRecords(db)
      await createAuditLog(db, words)
    },
  }
}
