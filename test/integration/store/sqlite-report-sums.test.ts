/** A store from before the coarser sums: its reports are the same once it is brought up to date. */
import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../../../src/adapters/sql/store.ts'
import type { Dimension } from '../../../src/usage/report.ts'
import { usageRecord } from '../../contracts/store-under-test.ts'

const DAY_MS = 86_400_000

test('what was recorded before there were sums by month is in them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-sums-'))
  const path = join(folder, 'gpt-proxy.sqlite')
  try {
    const records = Array.from({ length: 90 }, (_, index) =>
      usageRecord(`r${index}`, {
        startedAtMs: Date.UTC(2026, 10, 1) + index * DAY_MS,
        userId: 1 + (index % 3),
        upstream: index % 2 === 0 ? 'main' : null,
        costUsd: index % 5 === 0 ? null : 0.5,
      }),
    )
    const before = await openSqliteStore({ path })
    await before.settle(records, 'one')
    const asked = await reports(before)
    await before.close()

    const database = new Database(path)
    database.run('DROP TABLE usage_by_month')
    database.run('DROP TABLE usage_by_day')
    database.run('DROP TABLE usage_by_user')
    database.run(`DELETE FROM kysely_migration WHERE name >= '0003'`)
    database.close()

    const after = await openSqliteStore({ path })
    expect(await reports(after)).toEqual(asked)
    await after.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

function reports(store: Awaited<ReturnType<typeof openSqliteStore>>) {
  const groupings: Dimension[][] = [
    [],
    ['user'],
    ['month', 'key'],
    ['day', 'upstream'],
    ['day', 'user'],
    ['model'],
  ]
  const all = { fromMs: null, untilMs: null, userId: null, apiKeyId: null, model: null }
  return Promise.all(groupings.map((by) => store.summarizeUsage({ ...all, upstream: null, by })))
}
