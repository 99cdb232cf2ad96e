/** How long each report takes over a large ledger: `bun bench/reports.ts [records] [folder to keep it in]`. */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore, type Store } from '../src/adapters/sql/store.ts'
import type { UsageQuery } from '../src/ports/usage-report.ts'
import { median } from './figures.ts'
import { makeLedger } from './ledger.ts'

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

const records = Number(process.argv[2] ?? 5_000_000)
const kept = process.argv[3]
const folder = kept ?? mkdtempSync(join(tmpdir(), 'gpt-proxy-bench-reports-'))
const path = join(folder, 'gpt-proxy.sqlite')
if (!existsSync(path)) {
  const startedMs = performance.now()
  await makeLedger(path, records)
  console.log(`made ${records} records in ${Math.round((performance.now() - startedMs) / 1000)} s`)
}
console.log(`${path}: ${Math.round(statSync(path).size / 1024 / 1024)} MB`)
let slow = 0
for (const [name, query] of REPORTS) {
  // Each on a connection of its own, as a command has it: the first figure is with cold caches of SQLite's own.
  const store = await openSqliteStore({ path })
  const times = await timeOf(store, { ...ALL, ...query })
  await store.close()
  const first = times[0] ?? 0
  if (first > LIMIT_MS) slow++
  console.log(
    `${name.padEnd(36)} first ${first.toFixed(0).padStart(5)} ms, median ${median(times).toFixed(0).padStart(5)} ms`,
  )
}
console.log(slow === 0 ? `all within ${LIMIT_MS} ms` : `${slow} over ${LIMIT_MS} ms`)
if (kept === undefined) rmSync(folder, { recursive: true })
