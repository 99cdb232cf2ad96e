/** Migration 10: passwords, sessions, one-time links, identity provider accounts, settings. */
import { type Kysely, type Migration, sql } from 'kysely'
import type { DialectWords } from '../sql-dialect.ts'

type Schema = Kysely<unknown>
type Words = Pick<DialectWords, 'id' | 'now'>

async function createCredentials(db: Schema, { now }: Words): Promise<void> {
  await db.schema
    .createTable('user_credentials')
    .addColumn('user_id', 'integer', (column) =>
      column.primaryKey().references('users.id').onDelete('cascade'),
    )
    .addColumn('password_hash', 'text')
    .addColumn('totp_secret', 'text')
    .addColumn('totp_pending', 'text')
    .addColumn('totp_last_step', 'bigint')
    .addColumn('updated_at', 'text', (column) => column.notNull().defaultTo(now))
    .addCheckConstraint(
      'user_credentials_password_is_hashed',
      sql`password_hash is null or password_hash like '$argon2id$%'`,
    )
    .execute()
}

async function createSessions(db: Schema, { id }: Words): Promise<void> {
  await db.schema
    .createTable('sessions')
    .addColumn('id', 'integer', id)
    .addColumn('token_hash', 'text', (column) => column.notNull().unique())
    .addColumn('user_id', 'integer', (column) =>
      column.notNull().references('users.id').onDelete('cascade'),
    )
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('last_seen_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('user_agent', 'text', (column) => column.notNull())
    .addCheckConstraint('sessions_token_is_hashed', sql`length(token_hash) = 64`)
    .execute()
  await db.schema.createIndex('sessions_user').on('sessions').column('user_id').execute()
}

async function createSetupLinks(db: Schema): Promise<void> {
  await db.schema
    .createTable('setup_links')
    .addColumn('token_hash', 'text', (column) => column.notNull().primaryKey())
    .addColumn('user_id', 'integer', (column) =>
      column.notNull().references('users.id').onDelete('cascade'),
    )
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .addCheckConstraint('setup_links_token_is_hashed', sql`length(token_hash) = 64`)
    .execute()
}

async function createLinkedAccounts(db: Schema): Promise<void> {
  await db.schema
    .createTable('linked_accounts')
    .addColumn('issuer', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('user_id', 'integer', (column) =>
      column.notNull().references('users.id').onDelete('cascade'),
    )
    .addPrimaryKeyConstraint('linked_accounts_key', ['issuer', 'subject'])
    .execute()
}

/** What was created for an Idempotency-Key; never a secret. */
async function createCreations(db: Schema): Promise<void> {
  await db.schema
    .createTable('creations')
    .addColumn('user_id', 'integer', (column) =>
      column.notNull().references('users.id').onDelete('cascade'),
    )
    .addColumn('idempotency_key', 'text', (column) => column.notNull())
    .addColumn('request_hash', 'text', (column) => column.notNull())
    .addColumn('result', 'text')
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('creations_key', ['user_id', 'idempotency_key'])
    .execute()
}

async function createSettings(db: Schema, { now }: Words): Promise<void> {
  await db.schema
    .createTable('settings')
    .addColumn('name', 'text', (column) => column.notNull().primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull().defaultTo(now))
    .execute()
}

export function signInTables(words: Words): Migration {
  return {
    async up(db) {
      await createCredentials(db, words)
      await createSessions(db, words)
      await createSetupLinks(db)
      await createLinkedAccounts(db)
      await createCreations(db)
      await createSettings(db, words)
    },
  }
}
