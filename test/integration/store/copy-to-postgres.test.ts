/** Moving from the embedded store to PostgreSQL: everything arrives, ids go on, and a second run changes nothing. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../../../src/adapters/sql/store.ts'
import { usageRecord } from '../../contracts/store-under-test.ts'
import { environmentFor, runCli } from '../../support/processes/gateway-process.ts'
import { type PostgresServer, startPostgres } from '../../support/servers/postgres-server.ts'

let server: PostgresServer
let dataDir: string
beforeAll(async () => {
  server = await startPostgres({ settings: ['fsync=off'] })
  dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-copy-'))
}, 60_000)
afterAll(async () => {
  rmSync(dataDir, { recursive: true })
  await server.close()
})

test('the embedded store is copied whole, and again without a change', async () => {
  const here = environmentFor(dataDir)
  const run = async (args: string[], env = here, stdin?: string) => {
    const { exitCode, stdout, stderr } = await runCli(args, env, stdin)
    if (exitCode !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
    return { stdout, stderr }
  }
  await run(['init'])
  await run(['user', 'create', '张三'])
  await run(['user', 'create', 'gone'])
  await run(['user', 'delete', 'gone', '--yes'])
  await run(['upstream', 'add', 'main'], here, 'sk-secret-main-1')
  await run(['price', 'set', 'm', '--input', '1', '--output', '2'])
  const store = await openSqliteStore({ path: join(dataDir, 'gpt-proxy.sqlite') })
  await store.settle(
    Array.from({ length: 1200 }, (_, at) => usageRecord(`r${at}`, { userId: 1 + (at % 3) })),
    'one',
  )
  await store.close()

  const database = server.createDatabase()
  const there = {
    ...here,
    DATABASE_URL: server.url(database).replace('postgres://', 'postgresql+psycopg2://'),
    ENCRYPTION_KEY: readFileSync(join(dataDir, 'encryption.key'), 'utf8').trim(),
  }
  const first = await run(['migrate', 'copy', '--json'], there)
  const rows = JSON.parse(first.stdout) as { table: string; rows: number }[]
  expect(rows).toContainEqual({ table: 'usage_records', rows: 1200 })
  expect(first.stderr).toContain('the sums agree')
  const again = await run(['migrate', 'copy', '--json'], there)
  expect(JSON.parse(again.stdout)).toEqual(rows)

  const listed = async (args: string[], env: Record<string, string>) =>
    JSON.parse((await run([...args, '--json'], env)).stdout)
  for (const args of [
    ['user', 'list'],
    ['key', 'list'],
    ['upstream', 'list'],
    ['price', 'list'],
    ['usage'],
    ['audit'],
  ])
    expect(await listed(args, there)).toEqual(await listed(args, here))
  expect((await run(['encryption', 'status'], there)).stdout).toContain('main')
  // Id 4 was given to a user who is gone.
  expect(JSON.parse((await run(['user', 'create', 'next', '--json'], there)).stdout).id).toBe(5)
  expect((await run(['quota', 'reconcile', '--month', '2026-11'], there)).stderr).toContain(
    'The sums are what the records say',
  )

  const refused = await runCli(['migrate', 'copy'], there)
  expect(refused.exitCode).toBe(5)
  expect(refused.stderr).toContain("has users of its own, such as 'next'")
}, 120_000)
