/** Reads the tables of another program's database, SQLite or PostgreSQL, in one consistent and read-only transaction. */
import { Database } from 'bun:sqlite'
import type { Client } from 'pg'
import type { DatabaseAddress } from '../../../core/text/database-address.ts'
import { connected } from '../postgres/postgres-lock.ts'
import { explainSqliteError, StoreError } from '../store-error.ts'

/** PostgreSQL's values are its text form; SQLite's are what the driver makes of them. */
export type SourceRow = Readonly<Record<string, unknown>>

export interface Source {
  /** Tables with their columns. */
  tables: ReadonlyMap<string, readonly string[]>
  /** All rows in the order of their ids, in pages. */
  pages(table: string): AsyncIterable<SourceRow[]>
}

const PAGE = 1000

/** `from`: an SQLite file, or the address of a PostgreSQL database. */
export function withSource<T>(
  from: string | DatabaseAddress,
  work: (source: Source) => Promise<T>,
): Promise<T> {
  return typeof from === 'string' ? withFile(from, work) : withPostgres(from, work)
}

async function withFile<T>(path: string, work: (source: Source) => Promise<T>): Promise<T> {
  const database = opened(path)
  try {
    database.run('begin')
    const tables = new Map<string, string[]>()
    const names = database.query("select name from sqlite_master where type = 'table'").all()
    for (const { name } of names as { name: string }[]) {
      const columns = database.query(`pragma table_info(${quoted(name)})`).all()
      tables.set(
        name,
        (columns as { name: string }[]).map((column) => column.name),
      )
    }
    const read = async (text: string, values: unknown[]) =>
      database.query(text).all(...(values as string[])) as SourceRow[]
    return await work({ tables, pages: pagesOf(tables, read, '?1') })
  } catch (error) {
    throw explainSqliteError(error, path)
  } finally {
    database.close()
  }
}

function opened(path: string): Database {
  try {
    return new Database(path, { readonly: true })
  } catch (error) {
    throw new StoreError(
      `the file ${path} can't be opened: ${(error as Error).message}`,
      "name the predecessor's SQLite file, or its PostgreSQL as postgresql://USER@HOST/DATABASE",
    )
  }
}

function withPostgres<T>(
  address: DatabaseAddress,
  work: (source: Source) => Promise<T>,
): Promise<T> {
  return connected(address, async (client) => {
    await client.query("set time zone 'UTC'; set datestyle to 'ISO'")
    await client.query('begin transaction isolation level repeatable read read only')
    const tables = new Map<string, string[]>()
    const columns = await textRows(
      client,
      `select table_name, column_name from information_schema.columns
       where table_schema = current_schema() order by table_name, ordinal_position`,
    )
    for (const { table_name, column_name } of columns)
      tables.set(String(table_name), [
        ...(tables.get(String(table_name)) ?? []),
        String(column_name),
      ])
    const read = (text: string, values: unknown[]) => textRows(client, text, values)
    return work({ tables, pages: pagesOf(tables, read, '$1') })
  })
}

/** Unparsed: the driver would take a time without a zone for local time. */
async function textRows(
  client: Client,
  text: string,
  values: unknown[] = [],
): Promise<SourceRow[]> {
  const asText = { getTypeParser: () => (value: unknown) => value }
  const { rows } = await client.query({ text, values, types: asText as never })
  return rows as SourceRow[]
}

type Read = (text: string, values: unknown[]) => Promise<SourceRow[]>

function pagesOf(
  tables: ReadonlyMap<string, readonly string[]>,
  read: Read,
  place: string,
): Source['pages'] {
  return async function* (table) {
    const select = `select * from ${quoted(table)}`
    if (!tables.get(table)?.includes('id')) {
      yield await read(select, [])
      return
    }
    let after: unknown = null
    for (;;) {
      const where = after === null ? '' : ` where id > ${place}`
      const rows = await read(
        `${select}${where} order by id limit ${PAGE}`,
        after === null ? [] : [after],
      )
      if (rows.length > 0) yield rows
      if (rows.length < PAGE) return
      after = rows.at(-1)?.id
    }
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
