/**
 * How long each report takes over a large ledger, on SQLite or with `--postgres` on PostgreSQL:
 * `bun bench/parts/reports.ts [records] [folder to keep the SQLite file in]`. Exit code 1 where one is too slow.
 */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { postgresFolder } from '../../scripts/needed-programs.ts'
import { openPostgresStore } from '../../src/adapters/sql/postgres/open-postgres.ts'
import { openSqliteStore, type Store } from '../../src/adapters/sql/store.ts'
import { readDatabaseUrl } from '../../src/core/text/database-address.ts'
import type { UsageQuery } from '../../src/usage/report.ts'
import { startPostgres } from '../../test/support/servers/postgres-server.ts'
import { median } from '../rig/figures.ts'
import { makeLedger } from './ledger.ts'
import { copyLedger } from './ledger-on-postgres.ts'

const LIMIT_MS = 300
const TIMES = 5
const ALL: UsageQuery = {
  by: ['user'],
  fromMs: null,
  untilMs: null,
  userId: null,
  apiKeyId: null,
  model: null,
  upstream: null,
}
const month = { fromMs: Date.UTC(2026, 10, 1), untilMs: Date.UTC(2026, 11, 1) }
/** Both ends in the middle of a day, so that they come from the records. */
const week = { fromMs: Date.UTC(2026, 10, 16, 13, 37), untilMs: Date.UTC(2026, 10, 23, 13, 37) }

const REPORTS: readonly [name: string, query: Partial<UsageQuery>][] = [
  ['--by user', {}],
  ['--by key', { by: ['key'] }],
  ['--by model', { by: ['model'] }],
  ['--by upstream', { by: ['upstream'] }],
  ['--by day', { by: ['day'] }],
  ['--by month', { by: ['month'] }],
  ['--by user,model', { by: ['user', 'model'] }],
  ['--by month,user,model', { by: ['month', 'user', 'model'] }],
  ['--by day,user', { by: ['day', 'user'] }],
  ['--by day --user 3', { by: ['day'], userId: 3 }],
  ['--by model --key 7', { by: ['model'], apiKeyId: 7 }],
  ['--by user --model model-3', { by: ['user'], model: 'model-3' }],
  ['--by user --month 2026-11', month],
  ['--by key,model --month 2026-11', { by: ['key', 'model'], ...month }],
  ['--by day --month 2026-11 --user 3', { by: ['day'], ...month, userId: 3 }],
  ['--by user, 7 days to the minute', week],
  ['--by model, 7 days to the minute', { by: ['model'], ...week }],
  ['--by key, an hour', { by: ['key'], fromMs: week.fromMs, untilMs: week.fromMs + 3_600_000 }],
]

async function timeOf(store: Store, query: UsageQuery): Promise<number[]> {
  const times: number[] = []
  for (let time = 0; time < TIMES; time++) {
    const startedMs = performance.now()
    await store.summarizeUsage(query)
    times.push(performance.now() - startedMs)
  }
  return times
}

/** The ledger's path; each report opens it again, as a command does. */
interface Ledger {
  name: string
  open(): Promise<Store>
  close(): Promise<void>
}

async function onSqlite(path: string): Promise<Ledger> {
  return {
    name: `SQLite, ${Math.round(statSync(path).size / 1024 / 1024)} MB`,
    open: () => openSqliteStore({ path }),
    close: async () => {},
  }
}

async function onPostgres(path: string): Promise<Ledger> {
  const server = await startPostgres()
  const url = server.url()
  const read = readDatabaseUrl(url)
  const programs = postgresFolder()
  if (!read.ok || programs === null) throw new Error('no PostgreSQL')
  const { address } = read
  const open = () => openPostgresStore({ address, poolSize: 2, patience: 'command' })
  await (await open()).close()
  const startedMs = performance.now()
  await copyLedger(path, programs, url)
  return {
    name: `PostgreSQL, copied in ${Math.round((performance.now() - startedMs) / 1000)} s`,
    open,
    close: () => server.close(),
  }
}

const { values, positionals } = parseArgs({
  options: { postgres: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const records = Number(positionals[0] ?? 5_000_000)
const kept = positionals[1]
const folder = kept ?? mkdtempSync(join(tmpdir(), 'gpt-proxy-bench-reports-'))
const path = join(folder, 'gpt-proxy.sqlite')
if (!existsSync(path)) {
  const startedMs = performance.now()
  await makeLedger(path, records)
  console.log(`made ${records} records in ${Math.round((performance.now() - startedMs) / 1000)} s`)
}
const ledger = values.postgres ? await onPostgres(path) : await onSqlite(path)
console.log(ledger.name)
let slow = 0
for (const [name, query] of REPORTS) {
  const store = await ledger.open()
  const times = await timeOf(store, { ...ALL, ...query })
  await store.close()
  const first = times[0] ?? 0
  if (first > LIMIT_MS) slow++
  console.log(
    `${name.padEnd(36)} first ${first.toFixed(0).padStart(5)} ms, median ${median(times).toFixed(0).padStart(5)} ms`,
  )
}
console.log(slow === 0 ? `all within ${LIMIT_MS} ms` : `${slow} over ${LIMIT_MS} ms`)
await ledger.close()
if (kept === undefined) rmSync(folder, { recursive: true })
process.exitCode = slow === 0 ? 0 : 1
