/**
 * Copies the embedded store to PostgreSQL: every table, including ids, so that ciphertexts, which are bound to
 * their rows, stay readable. Can be rerun after an interruption: rows that already exist are left alone.
 */
import { Database } from 'bun:sqlite'
import type { Client } from 'pg'
import type { DatabaseAddress } from '../../../core/text/database-address.ts'
import { connected, migrate } from '../postgres/postgres-lock.ts'
import { StoreError } from '../store-error.ts'

export interface CopiedTable {
  table: string
  rows: number
}

/** Totals that must be equal on both sides. */
const TOTALS: Readonly<Record<string, readonly string[]>> = {
  usage_records: ['prompt_tokens', 'completion_tokens', 'total_tokens'],
  usage_daily: ['requests', 'total_tokens'],
  usage_monthly: ['requests', 'total_tokens'],
}
/** Other tables refer to these, so they come first. */
const FIRST = ['users', 'api_keys', 'models']
/** Tables about the running process or the schema itself. */
const LEFT_OUT = /^(kysely_|sqlite_|instances$|quota_leases$)/
/** With thirty columns, well below the limit of 65,535 parameters per statement. */
const ROWS_AT_ONCE = 500

/** `path` must be at the newest schema, with no other writers. */
export async function copyToPostgres(path: string, to: DatabaseAddress): Promise<CopiedTable[]> {
  await migrate(to)
  const from = new Database(path, { readonly: true })
  try {
    return await connected(to, async (client) => {
      await refuseOtherUsers(from, client)
      const copied: CopiedTable[] = []
      for (const table of tablesOf(from)) {
        await copyTable(from, client, table)
        await continueIds(from, client, table)
        copied.push({ table, rows: await checkTotals(from, client, table) })
      }
      return copied
    })
  } finally {
    from.close()
  }
}

function tablesOf(from: Database): string[] {
  const rows = from.query("select name from sqlite_master where type = 'table' order by name").all()
  const names = (rows as { name: string }[])
    .map(({ name }) => name)
    .filter((name) => !LEFT_OUT.test(name))
  return [...FIRST, ...names.filter((name) => !FIRST.includes(name))]
}

/** Refuses a database that other users already use. */
async function refuseOtherUsers(from: Database, client: Client): Promise<void> {
  const { rows } = await client.query<{ id: number; username: string }>(
    'select id, username from users',
  )
  const known = new Map(
    (from.query('select id, username from users').all() as typeof rows).map((row) => [
      row.id,
      row.username,
    ]),
  )
  const other = rows.find(({ id, username }) => known.get(Number(id)) !== username)
  if (other === undefined) return
  throw new StoreError(
    `the PostgreSQL database has users of its own, such as '${other.username}'`,
    'copy into an empty database (CREATE DATABASE)',
  )
}

async function copyTable(from: Database, client: Client, table: string): Promise<void> {
  const select = from.query(
    `select rowid as copied_rowid, * from "${table}" where rowid > ? order by rowid limit ${ROWS_AT_ONCE}`,
  )
  let after = -1
  for (;;) {
    const rows = select.all(after) as ({ copied_rowid: number } & Record<string, unknown>)[]
    if (rows.length === 0) return
    await insert(client, table, rows)
    after = rows.at(-1)?.copied_rowid ?? after
  }
}

async function insert(
  client: Client,
  table: string,
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).filter((name) => name !== 'copied_rowid')
  const values: unknown[] = []
  const tuples = rows.map((row) => {
    const places = columns.map((column) => `$${values.push(storable(row[column]))}`)
    return `(${places.join(', ')})`
  })
  const names = columns.map((column) => `"${column}"`).join(', ')
  await client.query(
    `insert into "${table}" (${names}) values ${tuples.join(', ')} on conflict do nothing`,
    values,
  )
}

/** PostgreSQL can't store NUL in text. */
function storable(value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value
}

/** The next id must never have been assigned, not even to a deleted row. */
async function continueIds(from: Database, client: Client, table: string): Promise<void> {
  const { rows } = await client.query<{ sequence: string | null }>(
    `select case when exists (select 1 from information_schema.columns
       where table_schema = current_schema() and table_name = $1 and column_name = 'id')
     then pg_get_serial_sequence($1, 'id') end as sequence`,
    [table],
  )
  const sequence = rows[0]?.sequence
  if (!sequence) return
  const last = from.query('select seq from sqlite_sequence where name = ?').get(table)
  const seq = (last as { seq: number } | null)?.seq ?? 0
  if (seq > 0) await client.query('select setval($1, $2)', [sequence, seq])
}

/** Returns the number of rows once both sides agree on it and on the totals. */
async function checkTotals(from: Database, client: Client, table: string): Promise<number> {
  const sums = (TOTALS[table] ?? []).map((column) => `, coalesce(sum(${column}), 0) as ${column}`)
  const text = `select count(*) as rows${sums.join('')} from "${table}"`
  const there = (await client.query<Record<string, string>>(text)).rows[0] ?? {}
  const here = from.query(text).get() as Record<string, number>
  for (const [name, value] of Object.entries(here))
    if (Number(there[name]) !== value)
      throw new StoreError(
        `the copy of ${table} differs: ${name} is ${there[name]} in PostgreSQL and ${value} in SQLite`,
        'stop whatever writes to either of them, and run this again; into an empty database if it stays so',
      )
  return here.rows ?? 0
}
