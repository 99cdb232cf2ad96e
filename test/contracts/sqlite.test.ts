/** The store's contract on SQLite. */
import { Database } from 'bun:sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../../src/adapters/sql/store.ts'
import { describeStore } from './store.contract.ts'

describeStore('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-store-'))
  const path = join(folder, 'gpt-proxy.sqlite')
  const entries: object[] = []
  const log = (fields: object) => {
    entries.push(fields)
  }
  const store = await openSqliteStore({
    path,
    logger: { debug: log, info: log, warn: log, error: log, requestFinished: log },
  })
  const hand = new Database(path)
  return {
    store,
    byHand: (sql) => {
      hand.run(sql)
    },
    look: (sql) => hand.query<Record<string, unknown>, []>(sql).all(),
    logged: () => entries,
    async dispose() {
      hand.close()
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
})
