/** Migrates a database to the newest schema and reports its state. */
import { type Kysely, Migrator } from 'kysely'
import type { DialectWords } from '../sql-dialect.ts'
import { StoreError } from '../store-error.ts'
import { migrationNames, migrationsIn } from './migrations.ts'
import type { Tables } from './schema.ts'

export interface MigrationState {
  name: string
  /** Null if it has not run yet. */
  executedAt: Date | null
}

export interface SchemaMigrations {
  /** Runs pending migrations and returns their names. If one fails, all are rolled back. */
  up(): Promise<string[]>
  status(): Promise<MigrationState[]>
  /** Throws if a newer version has migrated the database. */
  refuseNewer(): Promise<void>
}

/** `where` names the database in error messages. */
export function schemaOf(db: Kysely<Tables>, words: DialectWords, where: string): SchemaMigrations {
  const migrations = migrationsIn(words)
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
  })
  const refuseNewer = () => refuseNewerSchema(db, where)
  return {
    refuseNewer,
    async up() {
      await refuseNewer()
      const { error, results } = await migrator.migrateToLatest()
      if (error !== undefined) throw error
      return (results ?? []).map(({ migrationName }) => migrationName)
    },
    async status() {
      const known = await migrator.getMigrations()
      return known.map(({ name, executedAt }) => ({ name, executedAt: executedAt ?? null }))
    },
  }
}

/** Table names of ours that another program's database may also contain. */
const OURS = ['users', 'api_keys', 'upstream_keys', 'usage_records', 'usage_monthly', 'audit_log']

/** Runs before anything is created, so that another program's tables stay untouched. */
function refuseAlien(names: readonly string[], where: string): void {
  const alien = names.filter((name) => OURS.includes(name))
  if (alien.length === 0) return
  const maker = names.includes('alembic_version')
    ? 'a Python program with SQLAlchemy (alembic_version), such as the predecessor of this gateway'
    : 'another program'
  throw new StoreError(
    `database ${where} belongs to ${maker}: it has tables ${alien.join(', ')} that this gateway did not make`,
    'give the gateway a database of its own (CREATE DATABASE) and leave this one as it is; gpt-proxy migrate import takes over what the predecessor has in it',
  )
}

async function refuseNewerSchema(db: Kysely<Tables>, where: string): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(({ name }) => name === 'kysely_migration')) {
    refuseAlien(
      tables.map(({ name }) => name),
      where,
    )
    return
  }
  const rows = await db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .execute()
  const unknown = rows.find(({ name }) => !migrationNames.includes(name))
  if (unknown === undefined) return
  throw new StoreError(
    `database ${where} was made by a newer version (it has the migration ${unknown.name})`,
    'start the newer version, or restore a backup made before the upgrade',
  )
}
