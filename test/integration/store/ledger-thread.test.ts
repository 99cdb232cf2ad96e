/** The ledger thread: while another process locks the file, the thread that serves requests continues. */
import { Database } from 'bun:sqlite'
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bringUpToDate } from '../../../src/adapters/sql/sqlite/open-database.ts'
import { openThreadedStore, type Store } from '../../../src/adapters/sql/store.ts'
import type { StoreError } from '../../../src/adapters/sql/store-error.ts'
import { OperatorError } from '../../../src/core/operator-error.ts'
import { startLedgerThread } from '../../../src/main/ledger/ledger-client.ts'
import { usageRecord } from '../../contracts/store-under-test.ts'
import { waitFor } from '../../support/waiting.ts'

let folder: string
let path: string
let store: Store

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-thread-'))
  path = join(folder, 'gpt-proxy.sqlite')
  await bringUpToDate(path)
  store = await openThreadedStore(startLedgerThread(path), {})
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

/** Holds the write lock from a connection of its own until the result is called. */
function locked(): () => void {
  const other = new Database(path)
  other.run('begin immediate')
  return () => {
    other.run('rollback')
    other.close()
  }
}

test('turns of the event loop pass while a write waits for the file', async () => {
  const unlock = locked()
  let stored = false
  const storing = store.settle([usageRecord('waits')], 'a').then(() => {
    stored = true
  })
  let turns = 0
  await waitFor('a hundred turns', () => ++turns >= 100)
  expect(stored).toBe(false)
  unlock()
  await storing
  expect(stored).toBe(true)
})

test('statements of others wait for a transaction, and none is lost', async () => {
  const settled = Array.from({ length: 20 }, (_, at) =>
    store.settle([usageRecord(`batch-${at}`)], 'a'),
  )
  const pings = Array.from({ length: 20 }, () => store.ping())
  expect(await Promise.all(settled)).toEqual(settled.map(() => 1))
  await Promise.all(pings)
  const other = new Database(path)
  expect(other.query('select count(*) as n from usage_records').get()).toEqual({ n: 20 })
  other.close()
})

test('an error keeps its remedy on the way from the thread', async () => {
  const ada = { username: 'ada', email: null, role: 'user', monthlyQuotaTokens: null } as const
  await store.createUser(ada)
  const error = await store.createUser(ada).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(OperatorError)
  expect((error as StoreError).remedy).toBe('choose another')
})
