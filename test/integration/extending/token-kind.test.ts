/** One more kind of token is a row of the table and a migration; the compiler asks each reader where it comes from. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { copySource, type SourceCopy } from './source-copy.ts'

const ROW = `imageTokens: { column: 'image_tokens', summedFor: 'reports', metric: 'image' },`
/** The readers that must say where the new count comes from. */
const READERS = [
  'src/passthrough/usage.ts',
  'src/protocols/openai/usage.ts',
  'src/protocols/token-usage.ts',
]
const LEDGER = ['usage_records', 'usage_slots', 'usage_daily']
const ROLLUPS = ['usage_by_slot', 'usage_by_day', 'usage_by_user', 'usage_by_month']

const MIGRATION = `import type { Migration } from 'kysely'
export const imageTokens: Migration = {
  async up(db) {
    for (const table of ${JSON.stringify([...LEDGER, ...ROLLUPS])})
      await db.schema.alterTable(table)
        .addColumn('image_tokens', 'bigint', (added) => added.notNull().defaultTo(0)).execute()
  },
}
`

/** Stores one request with 5 image tokens and reads it back in every way that shows tokens. */
const PROBE = `import { Database } from 'bun:sqlite'
import { endContent, putLine, readLine } from './src/adapters/journal/format.ts'
import { createPrometheusMetrics } from './src/adapters/metrics/prometheus.ts'
import { openSqliteStore } from './src/adapters/sql/store.ts'
import { USAGE_COLUMNS, usageView } from './src/admin/contract.ts'
import { addUsage, NO_USAGE } from './src/core/token-usage.ts'
import { RequestDetail } from './src/http/routes/admin/contract/requests.ts'
import { Sum } from './src/http/routes/admin/contract/usage.ts'
import { requestDetail, requestRow } from './src/http/routes/admin/views/request-views.ts'
import { added, sumView } from './src/http/routes/admin/views/usage-query.ts'
import { lostRecord } from './src/usage/journal-entry.ts'

const startedAtMs = Date.UTC(2026, 10, 23, 7)
const record = {
  ...lostRecord({
    requestId: 'one', startedAtMs, userId: 1, apiKeyId: 1, endpoint: 'chat/completions',
    model: 'm', stream: false, tokens: 9, reservedTokens: 0,
  }),
  outcome: 'ok' as const,
  imageTokens: 5,
}
const crc = (bytes: Uint8Array) => Bun.hash.crc32(bytes)
const lineOf = (content: string) => {
  const bytes = Buffer.alloc(content.length + 20)
  const end = putLine(content, bytes, 0, {
    putText: (text, _, at) => bytes.write(text, at),
    checksum: crc,
  })
  return bytes.subarray(0, end - 1)
}
const imageTokensIn = (content: string) => {
  const item = readLine(lineOf(content), crc)
  return item?.kind === 'end' ? item.record.imageTokens : null
}
const content = endContent(record, 1)
const olderContent = JSON.stringify(JSON.parse(content).slice(0, -1))

const path = process.argv[1] + '.sqlite'
const store = await openSqliteStore({ path })
await store.settle([record], 'instance-1')
const [sum] = await store.summarizeUsage({
  by: [], fromMs: null, untilMs: null, userId: null, apiKeyId: null, model: null, upstream: null,
})
const range = { fromMs: startedAtMs, untilMs: startedAtMs + 1_800_000 }
const filter = { userId: null, apiKeyId: null, model: null, upstream: null }
const buckets = await store.reports.sums({ buckets: [range], by: [], ...filter })
const entry = await store.reports.request('one')
const differences = await store.sumDifferences({ year: 2026, month: 11 })
const hand = new Database(path)
const stored = ${JSON.stringify([...LEDGER, ...ROLLUPS])}.map(
  (table) => (hand.query('select image_tokens from ' + table).get() as any)?.image_tokens,
)
await store.close()
const metrics = createPrometheusMetrics()
metrics.requestFinished(record)
const detail = requestDetail(requestRow(entry!, { username: '', keyName: '' }), entry!)
console.log(JSON.stringify({
  journal: imageTokensIn(content),
  olderJournal: imageTokensIn(olderContent),
  added: addUsage(record, { ...NO_USAGE, imageTokens: 1 }).imageTokens,
  stored,
  differences,
  csvColumn: USAGE_COLUMNS.includes('image_tokens'),
  commandLine: usageView(sum!).image_tokens,
  console: sumView(added(buckets)).image_tokens,
  request: detail.image_tokens,
  contract: ['image_tokens' in Sum.shape, 'image_tokens' in RequestDetail.shape],
  metric: /gpt_proxy_tokens_total\\{kind="image",upstream="none"\\} (\\d+)/.exec(await metrics.exposition())?.[1],
}))
`

let copy: SourceCopy

beforeAll(() => {
  copy = copySource()
  copy.replace('src/core/token-kinds.ts', '} as const satisfies', `  ${ROW}\n} as const satisfies`)
})
afterAll(() => copy[Symbol.dispose]())

test('the compiler requires a decision in the readers of usage and nowhere else', async () => {
  expect(await copy.filesWithErrors()).toEqual(READERS)
})

test('with these decisions and a migration, it is stored, summed, counted and shown', async () => {
  for (const file of READERS)
    copy.replace(file, '    estimated: false,', '    imageTokens: 0,\n    estimated: false,')
  copy.write('src/adapters/sql/migrations/0099-image-tokens.ts', MIGRATION)
  const migrations = 'src/adapters/sql/schema/migrations.ts'
  copy.replace(
    migrations,
    "import type { Migration } from 'kysely'",
    "import type { Migration } from 'kysely'\nimport { imageTokens } from '../migrations/0099-image-tokens.ts'",
  )
  copy.replace(
    migrations,
    "    '0022-models': models(words),",
    "    '0022-models': models(words),\n    '0099-image-tokens': imageTokens,",
  )
  copy.write('probe.ts', PROBE)

  expect(await copy.filesWithErrors()).toEqual([])
  expect(await copy.run('probe.ts')).toEqual({
    journal: 5,
    olderJournal: 0,
    added: 6,
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
