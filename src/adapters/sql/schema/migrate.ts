/** Brings a database to the newest schema, and tells where it stands. */
import { type Kysely, Migrator } from 'kysely'
import type { DialectWords } from '../sql-dialect.ts'
import { StoreError } from '../store-error.ts'
import { migrationNames, migrationsIn } from './migrations.ts'
import type { Tables } from './schema.ts'

export interface MigrationState {
  name: string
  /** Null where it is still to be run. */
  executedAt: Date | null
}

export interface Schema {
  /** Runs what is missing and returns its names. Where one fails, nothing of any of them stays. */
  up(): Promise<string[]>
  status(): Promise<MigrationState[]>
  /** Throws where a newer version has been here. */
  refuseNewer(): Promise<void>
}

/** `where` names the database in errors. */
export function schemaOf(db: Kysely<Tables>, words: DialectWords, where: string): Schema {
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

/** Tables that ours would have to be called as well. */
const OURS = ['users', 'api_keys', 'upstream_keys', 'usage_records', 'usage_monthly', 'audit_log']

/** Before anything is made beside them: the tables of another program stay as they are. */
function refuseAlien(names: readonly string[], where: string): void {
  const alien = names.filter((name) => OURS.includes(name))
  if (alien.length === 0) return
  const maker = names.includes('alembic_version')
    ? 'a Python program with SQLAlchemy (alembic_version), such as the predecessor of this gateway'
    : 'another program'
  throw new StoreError(
    `database ${where} belongs to ${maker}: it has tables ${alien.join(', ')} that this gateway did not make`,
    'give the gateway a database of its own (CREATE DATABASE) and leave this one as it is',
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
