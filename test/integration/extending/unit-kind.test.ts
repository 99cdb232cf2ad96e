/** One more kind of unit is a row of the table and a migration: it is stored, summed, counted and shown. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { copySource, type SourceCopy } from './source-copy.ts'

const TABLES = [
  ...['usage_records', 'usage_slots', 'usage_daily', 'usage_by_slot'],
  ...['usage_by_day', 'usage_by_user', 'usage_by_month'],
]
const MIGRATION = `import type { Migration } from 'kysely'
export const tiles: Migration = {
  async up(db) {
    for (const table of ${JSON.stringify(TABLES)})
      await db.schema.alterTable(table)
        .addColumn('tiles', 'double precision', (added) => added.notNull().defaultTo(0)).execute()
  },
}
`
/** Stores one request with 5 tiles and reads it back in every way that shows units. */
const PROBE = `import { Database } from 'bun:sqlite'
import { createPrometheusMetrics } from './src/adapters/metrics/prometheus.ts'
import { openSqliteStore } from './src/adapters/sql/store.ts'
import { USAGE_COLUMNS, usageView } from './src/admin/contract.ts'
import { RequestDetail } from './src/http/routes/admin/contract/requests.ts'
import { Sum } from './src/http/routes/admin/contract/usage.ts'
import { requestDetail, requestRow } from './src/http/routes/admin/views/request-views.ts'
import { added, sumView } from './src/http/routes/admin/views/usage-query.ts'
import { lostRecord } from './src/usage/journal-entry.ts'

const startedAtMs = Date.UTC(2026, 10, 23, 7)
const attempt = {
  upstreamKeyId: 1, upstream: 'main', status: 200, failure: null, ambiguous: false,
  units: [{ kind: 'tiles' as const, count: 5 }],
}
const record = {
  ...lostRecord({
    requestId: 'one', startedAtMs, userId: 1, apiKeyId: 1, endpoint: 'images/generations',
    model: 'm', stream: false, tokens: 0, reservedTokens: 0,
  }),
  outcome: 'ok' as const,
  attempts: [attempt],
}
const path = process.argv[1] + '.sqlite'
const store = await openSqliteStore({ path })
await store.settle([record], 'instance-1')
const filter = { userId: null, apiKeyId: null, model: null, upstream: null }
const [sum] = await store.summarizeUsage({ by: [], fromMs: null, untilMs: null, ...filter })
const range = { fromMs: startedAtMs, untilMs: startedAtMs + 1_800_000 }
const buckets = await store.reports.sums({ buckets: [range], by: [], ...filter })
const entry = await store.reports.request('one')
const differences = await store.sumDifferences({ year: 2026, month: 11 })
const hand = new Database(path)
const stored = ${JSON.stringify(TABLES)}.map(
  (table) => (hand.query('select tiles from ' + table).get() as any)?.tiles,
)
await store.close()
const metrics = createPrometheusMetrics()
metrics.requestFinished(record)
const detail = requestDetail(requestRow(entry!, { username: '', keyName: '' }), entry!)
console.log(JSON.stringify({
  stored,
  differences,
  csvColumn: USAGE_COLUMNS.includes('tiles'),
  commandLine: usageView(sum!).tiles,
  console: sumView(added(buckets)).tiles,
  request: detail.tiles,
  contract: ['tiles' in Sum.shape, 'tiles' in RequestDetail.shape],
  metric: /gpt_proxy_units_total\\{kind="tiles",upstream="main"\\} (\\d+)/.exec(await metrics.exposition())?.[1],
}))
`

let copy: SourceCopy
beforeAll(() => {
  copy = copySource()
})
afterAll(() => copy[Symbol.dispose]())

test('a row and a migration are all that a kind of unit needs', async () => {
  copy.replace(
    'src/core/units/unit-kinds.ts',
    '} as const satisfies',
    "  tiles: { column: 'tiles' },\n} as const satisfies",
  )
  copy.write('src/adapters/sql/migrations/0099-tiles.ts', MIGRATION)
  const migrations = 'src/adapters/sql/schema/migrations.ts'
  copy.replace(
    migrations,
    "import type { Migration } from 'kysely'",
    "import type { Migration } from 'kysely'\nimport { tiles } from '../migrations/0099-tiles.ts'",
  )
  copy.replace(
    migrations,
    "    '0022-models': models(words),",
    "    '0022-models': models(words),\n    '0099-tiles': tiles,",
  )
  copy.write('probe.ts', PROBE)

  expect(await copy.filesWithErrors()).toEqual([])
  expect(await copy.run('probe.ts')).toEqual({
    stored: [5, 5, 5, 5, 5, 5, 5],
    differences: [],
    csvColumn: true,
    commandLine: 5,
    console: 5,
    request: 5,
    contract: [true, true],
    metric: '5',
  })
})
