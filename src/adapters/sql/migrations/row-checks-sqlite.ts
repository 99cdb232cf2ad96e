/** Adds CHECK constraints to SQLite tables, which is only possible by recreating the tables. */
import { type Kysely, sql } from 'kysely'

export interface TableChecks {
  table: string
  checks: readonly string[]
}

interface SchemaRow {
  type: string
  name: string
  sql: string
}

/**
 * `tables` must be ordered so that none refers to a later one. All are dropped before the first is recreated,
 * because dropping a table deletes the rows that refer to it.
 */
export async function addChecks(
  db: Kysely<unknown>,
  tables: readonly TableChecks[],
): Promise<void> {
  const rebuilt: { table: string; made: SchemaRow[]; lastId: number }[] = []
  for (const { table } of tables.toReversed()) {
    rebuilt.unshift({ table, made: await schemaOf(db, table), lastId: await lastIdOf(db, table) })
    await sql`create table ${sql.table(kept(table))} as select * from ${sql.table(table)}`.execute(
      db,
    )
    await sql`drop table ${sql.table(table)}`.execute(db)
  }
  for (const { table, made, lastId } of rebuilt) {
    const checks = tables.find((each) => each.table === table)?.checks ?? []
    for (const { type, sql: text } of made)
      await sql.raw(type === 'table' ? withChecks(text, checks) : text).execute(db)
    await sql`insert into ${sql.table(table)} select * from ${sql.table(kept(table))}`.execute(db)
    await sql`drop table ${sql.table(kept(table))}`.execute(db)
    // Ids are never reused, even those of deleted rows: a ciphertext is bound to its row's id.
    await sql`delete from sqlite_sequence where name = ${table}`.execute(db)
    await sql`insert into sqlite_sequence (name, seq) values (${table}, ${lastId})`.execute(db)
  }
}

const kept = (table: string) => `${table}_before_checks`

async function schemaOf(db: Kysely<unknown>, table: string): Promise<SchemaRow[]> {
  const { rows } = await sql<SchemaRow>`
    select type, name, sql from sqlite_master
    where tbl_name = ${table} and sql is not null
    order by type = 'table' desc`.execute(db)
  return rows
}

async function lastIdOf(db: Kysely<unknown>, table: string): Promise<number> {
  const { rows } = await sql<{ seq: number }>`
    select seq from sqlite_sequence where name = ${table}`.execute(db)
  return rows[0]?.seq ?? 0
}

function withChecks(create: string, checks: readonly string[]): string {
  const end = create.lastIndexOf(')')
  const added = checks.map((check) => `, check (${check})`).join('')
  return `${create.slice(0, end)}${added}${create.slice(end)}`
}
