/**
 * `npx bun bench/parts/settling.ts [RECORDS] [ROUNDS]`: microseconds of CPU that the embedded store takes per finished
 * request, by part. Every way stores the same records in a new file; the ways take turns.
 */
import type { Database } from 'bun:sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPriceCatalogue } from '../../src/adapters/prices/genai-prices.ts'
import { connectSqlite } from '../../src/adapters/sql/sqlite/connect.ts'
import { ledgerOn } from '../../src/adapters/sql/sqlite/ledger-on.ts'
import { openSqliteStore } from '../../src/adapters/sql/store.ts'
import { daySums } from '../../src/adapters/sql/usage/day-sums.ts'
import { latencyRows, overheadRows } from '../../src/adapters/sql/usage/latency-rows.ts'
import { RECORDS, recordRow } from '../../src/adapters/sql/usage/usage-rows.ts'
import { dailyRows, slotRows } from '../../src/adapters/sql/usage/usage-sums.ts'
import { lostRecord } from '../../src/usage/journal-entry.ts'
import type { UsageRecord } from '../../src/usage/record.ts'

const [count = 50_000, rounds = 5] = process.argv.slice(2).map(Number)
const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-bench-settling-'))
const path = join(folder, 'gpt-proxy.sqlite')
const catalogue = createPriceCatalogue()
await catalogue.load()

/** As a gateway at 10,000 requests per second leaves them. */
function record(number: number, users: number, fromMs: number): UsageRecord {
  const userId = 1 + ((number * 7919) % users)
  const startedAtMs = fromMs + Math.floor(number / 10)
  const entry = {
    requestId: `req_${Bun.randomUUIDv7('base64url', startedAtMs)}`,
    ...{ startedAtMs, userId, apiKeyId: userId, endpoint: 'chat/completions' },
    ...{ model: 'gpt-4o-mini', stream: false, tokens: 1_004, reservedTokens: 1_004 },
  }
  const attempt = {
    ...{ upstreamKeyId: 3, upstream: 'main', status: 200, failure: null, ambiguous: false },
    ...{ startedMs: 0.1 + (number % 17) / 13, durationMs: 3.25 + (number % 11) },
  }
  return {
    ...lostRecord(entry),
    ...{ upstream: 'main', provider: 'openai', upstreamModel: 'gpt-4o-mini', upstreamKeyId: 3 },
    ...{ outcome: 'ok', status: 200, attempts: [attempt], estimated: false },
    ...{ durationMs: 3.456789 + (number % 13), firstTokenMs: 3.3456 + (number % 13) },
    ...{ promptTokens: 9, completionTokens: 12, totalTokens: 21 },
  }
}

function batchesOf(users: number, size: number): string[] {
  const fromMs = Date.now()
  return Array.from({ length: count / size }, (_, batch) =>
    JSON.stringify(
      Array.from({ length: size }, (_, at) => record(batch * size + at, users, fromMs)),
    ),
  )
}

type Way = (batches: readonly string[]) => Promise<number>

async function cpuOf(work: () => unknown): Promise<number> {
  Bun.gc(true)
  const from = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(from)
  return (user + system) / count
}

const computing =
  (work: (records: UsageRecord[]) => unknown): Way =>
  (batches) =>
    cpuOf(() => {
      for (const batch of batches) work(JSON.parse(batch))
    })

async function withFile(
  changes: readonly string[],
  use: (database: Database) => Promise<number>,
): Promise<number> {
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
  await (await openSqliteStore({ path })).close()
  const database = await connectSqlite(path)
  for (const change of changes) database.run(change)
  const cost = await use(database)
  database.close()
  return cost
}

const storing =
  (changes: readonly string[] = []): Way =>
  (batches) =>
    withFile(changes, (database) => {
      const ledger = ledgerOn(database, path, catalogue)
      return cpuOf(async () => {
        for (const batch of batches) await ledger.settle(JSON.parse(batch), 'bench')
      })
    })

/** Only the rows of the records, which are made beforehand. */
const inserting =
  (changes: readonly string[], table = 'usage_records'): Way =>
  (batches) =>
    withFile(changes, (database) => {
      const columns = Object.keys(RECORDS.columns)
      const places = columns.map(() => '?').join(', ')
      const insert = database.query(`insert into ${table} (${columns}) values (${places})`)
      const rows = batches.map((batch) => (JSON.parse(batch) as UsageRecord[]).map(recordRow))
      return cpuOf(() => {
        for (const batch of rows)
          database.transaction(() => {
            for (const row of batch) insert.run(...(row as string[]))
          })()
      })
    })

/** Instead of rows: one compressed text per batch, with its times. */
const compressing: Way = (batches) =>
  withFile(['create table batches (id integer primary key, first, last, data)'], (database) => {
    const insert = database.query('insert into batches (first, last, data) values (?, ?, ?)')
    return cpuOf(() => {
      for (const batch of batches) insert.run(0, 1, Bun.zstdCompressSync(batch, { level: 1 }))
    })
  })

const AS_RECORDS = 'create table bare as select * from usage_records where 0'
const BY_TIME = 'create index bare_started on bare (started_at)'
const BY_USER = 'create index bare_user_started on bare (user_id, started_at)'
const ways: Record<string, Way> = {
  'all of it': storing(),
  'parse the batch': computing(() => {}),
  'parse, make rows of the records': computing((records) => records.map(recordRow)),
  'parse, make rows of two rollups': computing((records) => {
    const sums = daySums(records)
    return [slotRows(sums), dailyRows(sums)]
  }),
  'parse, make rows of two histograms': computing((records) => [
    latencyRows(records),
    overheadRows(records),
  ]),
  'insert the records': inserting([]),
  '  no checkpoint': inserting(['pragma wal_autocheckpoint=0']),
  '  no index on user and time': inserting(['drop index usage_records_user_started']),
  '  no index on time': inserting(['drop index usage_records_started']),
  '  no unique key': inserting([AS_RECORDS, BY_TIME, BY_USER], 'bare'),
  '  no key, no index': inserting([AS_RECORDS], 'bare'),
  '  a compressed text per batch': compressing,
}

for (const [users, size] of [
  [1, 500],
  [200, 500],
  [200, 1000],
] as const) {
  const batches = batchesOf(users, size)
  const costs = new Map(Object.keys(ways).map((name) => [name, [] as number[]]))
  // The first round only warms up.
  for (let round = 0; round <= rounds; round++)
    for (const [name, way] of Object.entries(ways)) {
      const cost = await way(batches)
      if (round > 0) costs.get(name)?.push(cost)
    }
  console.log(`\n${users} users, batches of ${size}: µs per record, median [least–most]`)
  for (const [name, list] of costs) {
    const [least = 0, middle = 0, most = 0] = list
      .sort((one, other) => one - other)
      .filter((_, at) => at === 0 || at === rounds >> 1 || at === rounds - 1)
    const spread = `[${least.toFixed(2)}–${most.toFixed(2)}]`
    console.log(`${name.padEnd(38)}${middle.toFixed(2).padStart(6)} ${spread}`)
  }
}
rmSync(folder, { recursive: true })
