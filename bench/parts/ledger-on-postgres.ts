/** The same large ledger on PostgreSQL: copied out of the SQLite file row by row, as text. */
import { join } from 'node:path'
import { ensureProgram } from '../rig/programs.ts'

/** In an order that keeps to the foreign keys. */
const TABLES: readonly string[] = [
  'users',
  'api_keys',
  'usage_records',
  'usage_daily',
  'usage_by_month',
  'usage_by_day',
  'usage_by_user',
]

/** `psqlFolder` has psql, `url` names a database with our tables, all of these empty. */
export async function copyLedger(
  path: string,
  psqlFolder: string,
  url: string,
  more: readonly string[] = [],
): Promise<void> {
  const sqlite3 = ensureProgram('sqlite3')
  const psql = join(psqlFolder, 'psql')
  for (const table of [...TABLES, ...more]) {
    const columns = columnsOf(sqlite3, path, table)
    const copy = `\\copy ${table} (${columns}) from stdin csv`
    const reading = Bun.spawn(
      [sqlite3, '-readonly', '-csv', path, `select ${columns} from ${table}`],
      {
        stdout: 'pipe',
        stderr: 'inherit',
      },
    )
    const writing = Bun.spawn([psql, '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', copy], {
      stdin: reading.stdout,
      stdout: 'ignore',
      stderr: 'inherit',
    })
    if ((await reading.exited) !== 0 || (await writing.exited) !== 0)
      throw new Error(`${table} could not be copied`)
  }
  Bun.spawnSync([psql, '-Xq', '-d', url, '-c', 'vacuum analyze'], { stderr: 'inherit' })
}

function columnsOf(sqlite3: string, path: string, table: string): string {
  const asked = `select group_concat(name, ', ') from pragma_table_info('${table}')`
  const { stdout } = Bun.spawnSync([sqlite3, '-readonly', path, asked])
  return stdout.toString().trim()
}
