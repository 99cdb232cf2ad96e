/** A list of requests is searched step by step; where the time is up, the next page continues. */
import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { searchRequests } from '../../../src/adapters/sql/console/request-search.ts'
import type { Tables } from '../../../src/adapters/sql/schema/schema.ts'
import { openReadOnly } from '../../../src/adapters/sql/sqlite/open-database.ts'
import { openSqliteStore } from '../../../src/adapters/sql/store.ts'
import { isoTime } from '../../../src/core/time/iso-time.ts'
import type { RequestQuery } from '../../../src/usage/console-reports.ts'
import { usageRecord } from '../../contracts/store-under-test.ts'

const START_MS = Date.UTC(2026, 10, 28)
const ALL: RequestQuery = {
  ...{ userId: null, apiKeyId: null, model: null, upstream: null, outcome: null },
  ...{ minStatus: 0, maxStatus: 0, after: null, limit: 5 },
  ...{ fromMs: START_MS - 86_400_000, untilMs: START_MS + 86_400_000 },
}
/** Seven requests have the same time, and one in 23 failed. */
const RECORDS = Array.from({ length: 300 }, (_, at) =>
  usageRecord(`r${String(at).padStart(3, '0')}`, {
    startedAtMs: START_MS + Math.floor(at / 7) * 20 * 60_000,
    userId: 1 + (at % 2),
    model: at % 60 === 7 ? 'rare' : 'common',
    ...(at % 23 === 5 && { outcome: 'cut' as const }),
  }),
)
const HASTY = { timeMs: 0, rows: 10, unusualRows: 3 }

let folder: string
let db: Kysely<Tables>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-search-'))
  const path = join(folder, 'gpt-proxy.sqlite')
  const store = await openSqliteStore({ path })
  await store.settle(RECORDS, 'one')
  await store.close()
  db = openReadOnly(path)
})
afterAll(async () => {
  await db.destroy()
  rmSync(folder, { recursive: true })
})

/** Page by page, as a console asks. */
async function everyPage(filter: Partial<RequestQuery>) {
  const seen: string[] = []
  let pages = 0
  for (let after: RequestQuery['after'] = null; ; pages++) {
    const query: RequestQuery = { ...ALL, ...filter, after }
    const { rows, searchedUntilMs } = await searchRequests(db, query, HASTY)
    seen.push(...rows.map(({ request_id }) => request_id))
    const last = rows.at(-1)
    if (searchedUntilMs !== null) after = { startedAt: isoTime(searchedUntilMs), requestId: '' }
    else if (rows.length < query.limit || last === undefined) return { seen, pages: pages + 1 }
    else after = { startedAt: last.started_at, requestId: last.request_id }
  }
}

test.each<[Partial<RequestQuery>, (at: number) => boolean]>([
  [{}, () => true],
  [{ userId: 2 }, (at) => at % 2 === 1],
  [{ model: 'rare' }, (at) => at % 60 === 7],
  [{ model: 'rare', userId: 1 }, () => false],
  [{ outcome: 'cut' }, (at) => at % 23 === 5],
  [{ outcome: 'cut', userId: 2 }, (at) => at % 46 === 5],
  [{ outcome: 'ok' }, (at) => at % 23 !== 5],
  [{ outcome: 'lost' }, () => false],
  [{ minStatus: 500, maxStatus: 599 }, () => false],
])(
  'a search of %o that is interrupted again and again finds each request once',
  async (filter, isWanted) => {
    const { seen } = await everyPage(filter)
    const wanted = RECORDS.filter((_, at) => isWanted(at)).map(({ requestId }) => requestId)
    expect(seen).toEqual(wanted.toReversed())
  },
)

test('a page whose time is up reports how far it has searched', async () => {
  const query = { ...ALL, apiKeyId: 1, outcome: 'ok', userId: 2, limit: 200 }
  const { rows, searchedUntilMs } = await searchRequests(db, query, HASTY)
  expect(rows.length).toBeGreaterThan(0)
  expect(rows.length).toBeLessThan(HASTY.rows * 2)
  expect(isoTime(searchedUntilMs ?? 0) <= (rows.at(-1)?.started_at ?? '')).toBe(true)
  expect((await everyPage({ outcome: 'lost' })).pages).toBeGreaterThan(1)
})

test('unusual requests are found by their own index, also those of one user', () => {
  const database = new Database(join(folder, 'gpt-proxy.sqlite'), { readonly: true })
  const plan = (condition: string) =>
    JSON.stringify(
      database
        .query(
          `explain query plan select * from usage_records where ${condition}
           and started_at >= '2026' and started_at < '2027' order by started_at desc limit 9`,
        )
        .all(),
    )
  expect(plan("outcome <> 'ok' and +user_id = 2 and outcome = 'cut'")).toContain(
    'usage_records_unusual',
  )
  expect(plan('status <> 200 and status >= 429 and status <= 429')).toContain(
    'usage_records_unusual',
  )
  expect(plan("outcome = 'ok' and user_id = 2")).toContain('usage_records_user_started')
  database.close()
})
