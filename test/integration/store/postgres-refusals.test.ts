/** Values that PostgreSQL can't hold, although SQLite can: refused with a reason, never an unexpected error. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OpenAdmin } from '../../../src/cli/context.ts'
import { loadConfig } from '../../../src/config.ts'
import type { OperatorError } from '../../../src/core/operator-error.ts'
import { openAdmin } from '../../../src/main/compose/open-admin.ts'
import { environmentFor } from '../../support/processes/gateway-process.ts'
import { type PostgresServer, startPostgres } from '../../support/servers/postgres-server.ts'

const ACTOR = { name: 'test', address: null }
/** More than the 32 bits of an id. */
const LARGE = 9_999_999_999

const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-refusals-'))
let server: PostgresServer
let admin: OpenAdmin
beforeAll(async () => {
  server = await startPostgres({ settings: ['fsync=off'] })
  const DATABASE_URL = server.url(server.createDatabase())
  const ENCRYPTION_KEY = '0123456789abcdef'.repeat(4)
  const config = loadConfig({ ...environmentFor(folder), DATABASE_URL, ENCRYPTION_KEY })
  admin = await openAdmin(config, { warn() {}, ifMissing: 'make it' })
  await admin.users.create(ACTOR, { username: 'alice' })
}, 60_000)
afterAll(async () => {
  await admin.close()
  await server.close()
  rmSync(folder, { recursive: true })
})

async function refusal(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work()
    return null
  } catch (error) {
    const { kind, code, field } = error as OperatorError
    return { kind, code, field }
  }
}

test('an id beyond those of the database is not found', async () => {
  for (const found of [
    () => admin.users.find(String(LARGE)),
    () => admin.keys.find(String(LARGE)),
    () => admin.upstreams.remove(ACTOR, String(LARGE)),
  ])
    expect(await refusal(found)).toMatchObject({ kind: 'not_found' })
})

test('a limit beyond its column is refused by name', async () => {
  const limits = { user: 'alice', name: 'k', maxInFlight: LARGE }
  const refused = { kind: 'invalid', code: 'limit_invalid', field: 'max_in_flight' }
  expect(await refusal(() => admin.keys.create(ACTOR, limits))).toEqual(refused)
  expect(await refusal(() => admin.users.update(ACTOR, 'alice', { maxInFlight: LARGE }))).toEqual(
    refused,
  )
})

test('a zero byte, which PostgreSQL stores in no text, is invalid input', async () => {
  for (const asked of [
    () => admin.users.find('a\0'),
    () => admin.audit.list({ subject: 'a\0' }),
    () => admin.prices.unset(ACTOR, 'a\0'),
  ])
    expect(await refusal(asked)).toMatchObject({ kind: 'invalid' })
})

test('the largest numbers that are allowed can be stored', async () => {
  const limits = {
    rpm: Number.MAX_SAFE_INTEGER,
    tpm: Number.MAX_SAFE_INTEGER,
    maxInFlight: 999_999,
  }
  const { key } = await admin.keys.create(ACTOR, { user: 'alice', name: 'k', ...limits })
  expect(key).toMatchObject(limits)
})
