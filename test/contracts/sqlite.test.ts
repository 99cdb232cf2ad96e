/** The store's contract on SQLite: on a connection of this thread, and on one that lives in the ledger thread. */
import { Database } from 'bun:sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bringUpToDate } from '../../src/adapters/sql/sqlite/open-database.ts'
import { openSqliteStore, openThreadedStore, type Store } from '../../src/adapters/sql/store.ts'
import type { Logger } from '../../src/core/logger.ts'
import { startLedgerThread } from '../../src/main/ledger/ledger-client.ts'
import { describeStore } from './store.contract.ts'
import type { StoreFactory } from './store-under-test.ts'

const opened =
  (open: (path: string, logger: Logger) => Promise<Store>): StoreFactory =>
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-store-'))
    const path = join(folder, 'gpt-proxy.sqlite')
    const entries: object[] = []
    const log = (fields: object) => {
      entries.push(fields)
    }
    const store = await open(path, {
      debug: log,
      info: log,
      warn: log,
      error: log,
      requestFinished: log,
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
  }

describeStore(
  'SQLite',
  opened((path, logger) => openSqliteStore({ path, logger })),
)
describeStore(
  'SQLite in the ledger thread',
  opened(async (path, logger) => {
    await bringUpToDate(path)
    return openThreadedStore(startLedgerThread(path, false), { logger })
  }),
)
