/** Opening the SQLite file: its mode and settings, several processes at once, damage and newer schemas. */
import { Database } from 'bun:sqlite'
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../../../src/adapters/sql/store.ts'
import { StoreError } from '../../../src/adapters/sql/store-error.ts'
import { usageRecord } from '../../contracts/store-under-test.ts'
import { race } from './sqlite-race.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-open-'))
  path = join(folder, 'data', 'gpt-proxy.sqlite')
})
afterEach(() => rmSync(folder, { recursive: true }))

async function openingFault(): Promise<StoreError> {
  try {
    await (await openSqliteStore({ path })).close()
  } catch (error) {
    if (error instanceof StoreError) return error
    throw error
  }
  throw new Error('the store opened')
}

test('the file, its folder and its journal become private, even if the file was readable by others', async () => {
  const store = await openSqliteStore({ path })
  await store.settle([usageRecord('one')], 'instance')
  for (const name of [path, `${path}-wal`, `${path}-shm`])
    expect(statSync(name).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700)
  await store.close()
  chmodSync(path, 0o644)
  await (await openSqliteStore({ path })).close()
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('the file is in WAL mode, and its data is there after reopening', async () => {
  const first = await openSqliteStore({ path })
  await first.createUser({ username: 'ada', email: null, role: 'admin', monthlyQuotaTokens: null })
  await first.close()
  const hand = new Database(path)
  expect(hand.query('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
  hand.close()
  const again = await openSqliteStore({ path })
  expect((await again.findUser('ada'))?.role).toBe('admin')
  await again.close()
})

test('processes that open a new store at the same time all succeed, and the schema is made once', async () => {
  const module = join(import.meta.dir, '../../../src/adapters/sql/store.ts')
  const preparation = `const { openSqliteStore } = await import(${JSON.stringify(module)})`
  for (let round = 0; round < 5; round++) {
    path = join(folder, `round-${round}.sqlite`)
    await race(
      4,
      preparation,
      `const store = await openSqliteStore({ path: ${JSON.stringify(path)} })
      await store.createUser({ username: 'user ' + process.pid, email: null, role: 'user', monthlyQuotaTokens: null })
      await store.close()`,
    )
    const store = await openSqliteStore({ path })
    expect((await store.listUsers()).items).toHaveLength(4)
    await store.close()
  }
}, 60_000)

test('a file that is not a database is refused by name, with a remedy, and stays unchanged', async () => {
  path = join(folder, 'notes.txt')
  const text = 'these are my notes, not a database. '.repeat(200)
  writeFileSync(path, text)
  const fault = await openingFault()
  expect(fault.message).toBe(`database ${path} is damaged or no SQLite database`)
  expect(fault.remedy).toContain('restore it from a backup')
  expect(readFileSync(path, 'utf8')).toBe(text)
})

test('a database with damaged content is refused by name', async () => {
  await (await openSqliteStore({ path })).close()
  const bytes = readFileSync(path)
  bytes.fill(0xa5, 100, 4096)
  writeFileSync(path, bytes)
  expect((await openingFault()).message).toContain(`database ${path} is damaged`)
})

test('a database made by a newer version is refused and stays untouched', async () => {
  await (await openSqliteStore({ path })).close()
  const hand = new Database(path)
  hand.run(
    `INSERT INTO kysely_migration VALUES ('9999-from-the-future', '2030-01-01T00:00:00.000Z')`,
  )
  hand.close()
  const fault = await openingFault()
  expect(fault.message).toContain(`database ${path} was made by a newer version`)
  expect(fault.message).toContain('9999-from-the-future')
  expect(fault.remedy).toContain('start the newer version')
})

test('a path that cannot be is refused by name', async () => {
  writeFileSync(join(folder, 'data'), 'a file where the folder should be')
  const fault = await openingFault()
  expect(fault.message).toBe(`database ${path} cannot be opened for writing`)
})

test('a store does not answer a ping once it is closed', async () => {
  const store = await openSqliteStore({ path })
  await store.close()
  await expect(store.ping()).rejects.toThrow()
})
