/** Several gateways on one PostgreSQL: they start at once, see each other's changes and those made by hand. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { chatCompletion, jsonReply } from '../../support/mock/mock-replies.ts'
import { type MockUpstream, startMockUpstream } from '../../support/mock/mock-upstream.ts'
import { environmentFor, spawnGateway } from '../../support/processes/gateway-process.ts'
import { type PostgresServer, startPostgres } from '../../support/servers/postgres-server.ts'
import { waitFor, within } from '../../support/waiting.ts'

const KEY = '0123456789abcdef'.repeat(4)
/** A change counts within a second; the rest is the noise of a busy machine. */
const SOON_MS = 1_500
let server: PostgresServer
let mock: MockUpstream
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-instances-'))
  server = await startPostgres({ settings: ['fsync=off'] })
  mock = await startMockUpstream()
}, 60_000)
afterAll(async () => {
  await server.close()
  await mock.close()
  rmSync(folder, { recursive: true, force: true })
})

const settings = (database: string, more: Record<string, string> = {}) => ({
  DATABASE_URL: server.url(database),
  ENCRYPTION_KEY: KEY,
  ...more,
})

/** Two instances; the second knows the first one's keys. */
async function withTwo(
  work: (database: string, one: Gateway, other: Gateway) => Promise<void>,
): Promise<void> {
  const database = server.createDatabase()
  const upstream = { name: 'main', baseUrl: mock.url, models: ['m'] }
  const env = settings(database, { DRAIN_SECONDS: '1', CIRCUIT_BREAKER_THRESHOLD: '2' })
  const one = await startGateway({ env, upstreams: [upstream] })
  const other = await startGateway({ env })
  try {
    await work(database, one, other)
  } finally {
    expect(await one.stop()).toBe(0)
    expect(await other.stop()).toBe(0)
  }
}

const ask = (gateway: Gateway, key: string, model = 'demo/echo') =>
  fetch(`${gateway.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
  })

test('two that start at once on an empty database both come up, and make the first keys once', async () => {
  const database = server.createDatabase()
  const started = await Promise.all(
    ['a', 'b'].map((name) =>
      spawnGateway(
        environmentFor(
          join(folder, name),
          settings(database, { OPENAI_API_KEYS: 'sk-first-1,sk-first-2' }),
        ),
      ),
    ),
  )
  const count = (table: string) => server.sql(`select count(*) as n from ${table}`, database)[0]?.n
  expect([count('users'), count('api_keys'), count('upstream_keys')]).toEqual([2, 2, 2])
  for (const gateway of started) gateway.signal('SIGTERM')
  expect(await Promise.all(started.map(({ exited }) => exited))).toEqual([0, 0])
}, 60_000)

test('a request is served and recorded, and what psql changes counts within a second on all', async () => {
  await withTwo(async (database, one, other) => {
    const answer = await ask(other, one.proxyKey)
    expect(answer.status).toBe(200)
    const id = answer.headers.get('x-request-id')
    await waitFor(
      'the record',
      () => server.sql(`select * from usage_records where request_id='${id}'`, database)[0],
    )
    expect(server.sql('select requests from usage_monthly', database)).toEqual([{ requests: 1 }])

    server.sql(`UPDATE users SET status='disabled' WHERE username='default'`, database)
    for (const gateway of [one, other]) {
      await waitFor(
        'the refusal',
        async () => (await ask(gateway, one.proxyKey)).status === 401,
        SOON_MS,
      )
    }
    server.sql(`UPDATE users SET status='active' WHERE username='default'`, database)
    for (const gateway of [one, other])
      await waitFor('it again', async () => (await ask(gateway, one.proxyKey)).ok, SOON_MS)
  })
}, 60_000)

test("a key that fails for one instance is left alone by the other, and the guide's reset brings it back", async () => {
  await withTwo(async (database, one, other) => {
    mock.script(() => jsonReply(500, { error: { message: 'broken' } }))
    const key = one.proxyKey
    for (let tries = 0; tries < 2; tries++) await ask(one, key, 'm')
    const refused = () =>
      waitFor('no upstream', async () => (await ask(other, key, 'm')).status === 503, SOON_MS)
    await refused()
    const asked = mock.ledger.length
    expect((await ask(other, key, 'm')).status).toBe(503)
    expect(mock.ledger.length).toBe(asked)
    // Each counted its own, and the row holds them all.
    const counted = () => {
      const [row] = server.sql('select total_requests from upstream_keys', database)
      return row?.total_requests === mock.ledger.length
    }
    // A failure that an instance writes after the reset would hold again.
    await waitFor('the failures in the row', counted)

    mock.script(() => jsonReply(200, chatCompletion('well again')))
    server.sql(
      `UPDATE upstream_keys SET status='healthy', failure_count=0, cooldown_until=NULL WHERE id=1;`,
      database,
    )
    for (const gateway of [one, other])
      await waitFor('an answer', async () => (await ask(gateway, key, 'm')).ok, SOON_MS)
    await waitFor('all counted', counted)
  })
}, 60_000)

test('a lost listening connection is reopened, and no change in between is missed', async () => {
  await withTwo(async (database, one, other) => {
    const cut = `select pg_terminate_backend(pid) from pg_stat_activity
      where datname='${database}' and application_name like 'gpt-proxy%'`
    await waitFor('listening', () => {
      const rows = server.sql(
        `select 1 from pg_stat_activity where datname='${database}' and query like '%hashtext%'`,
        database,
      )
      return rows.length >= 2
    })
    server.sql(cut, database)
    server.sql(`UPDATE users SET status='disabled' WHERE username='default'`, database)
    for (const gateway of [one, other]) {
      await waitFor(
        'the refusal',
        async () => (await ask(gateway, one.proxyKey)).status === 401,
        SOON_MS,
      )
    }
    expect(one.logs()).toContain('listening for changes again')
  })
}, 60_000)

test('commands work while it serves, and take effect within a second', async () => {
  await withTwo(async (_, one, other) => {
    const created = await other.cli(['key', 'create', 'default', '--name', 'second', '--json'])
    const { id, key: secret } = JSON.parse(created.stdout) as { id: number; key: string }
    await waitFor('the new key', async () => (await ask(one, secret)).ok, SOON_MS)
    await one.cli(['key', 'revoke', String(id)])
    await waitFor('its end', async () => (await ask(other, secret)).status === 401, SOON_MS)
    for (const args of [
      ['user', 'list'],
      ['key', 'list'],
      ['upstream', 'list'],
      ['usage', '--by', 'day', '--json'],
      ['price', 'list'],
      ['encryption', 'status'],
    ]) {
      const { exitCode, stderr } = await one.cli(args)
      expect([args, exitCode, stderr.replace(/^(none|active .*)\n/, '')]).toEqual([args, 0, ''])
    }
    const backup = await one.cli(['backup', join(folder, 'x')])
    expect([backup.exitCode, backup.stderr]).toEqual([1, expect.stringContaining('Use pg_dump')])
  })
}, 60_000)

test('a change whose notification was lost is found by polling', async () => {
  await withTwo(async (database, one, other) => {
    await waitFor('service', async () => (await ask(other, one.proxyKey)).ok)
    server.sql('alter table users disable trigger users_tell', database)
    server.sql(`UPDATE users SET status='disabled' WHERE username='default'`, database)
    for (const gateway of [one, other]) {
      await waitFor(
        'the refusal',
        async () => (await ask(gateway, one.proxyKey)).status === 401,
        15_000,
      )
    }
  })
}, 60_000)

test("the guide's SQL raises a quota and resets a month, on all instances", async () => {
  await withTwo(async (database, one, other) => {
    const spent = async (gateway: Gateway) => {
      const reply = await ask(gateway, one.proxyKey)
      return reply.status === 429 && (await reply.text()).includes('insufficient_quota')
    }
    server.sql(`UPDATE users SET monthly_quota_tokens=1 WHERE username='default'`, database)
    for (const gateway of [one, other]) await waitFor('no quota', () => spent(gateway), 2_500)
    server.sql(`UPDATE users SET monthly_quota_tokens=10000000 WHERE username='default';`, database)
    for (const gateway of [one, other])
      await waitFor('quota', async () => (await ask(gateway, one.proxyKey)).ok, 2_500)

    const now = new Date()
    const month = `user_id=2 AND year=${now.getUTCFullYear()} AND month=${now.getUTCMonth() + 1}`
    await waitFor('use', () => {
      const [row] = server.sql(`SELECT total_tokens FROM usage_monthly WHERE ${month}`, database)
      return Number(row?.total_tokens) > 0
    })
    server.sql(`UPDATE usage_monthly SET total_tokens=10000000 WHERE ${month}`, database)
    for (const gateway of [one, other]) await waitFor('no quota', () => spent(gateway), 2_500)
    server.sql(`DELETE FROM usage_monthly WHERE ${month};`, database)
    for (const gateway of [one, other])
      await waitFor('quota', async () => (await ask(gateway, one.proxyKey)).ok, 2_500)
  })
}, 60_000)

test('a server that hangs is unhealthy in time, and requests are served meanwhile', async () => {
  await withTwo(async (_, one, other) => {
    const health = async () => (await fetch(`${one.origin}/health`)).json()
    server.freeze()
    try {
      const seen = await within('health', 3_000, health())
      expect(seen).toMatchObject({ status: 'degraded', services: { database: 'unhealthy' } })
      expect((await fetch(`${one.origin}/readyz`)).status).toBe(200)
      expect((await within('an answer', 1_000, ask(one, one.proxyKey))).status).toBe(200)
      other.signal('SIGTERM')
      expect(await within('its end', 20_000, other.exited)).toBe(0)
    } finally {
      server.thaw()
    }
    await waitFor('health', async () => {
      const { services } = (await health()) as { services: { database: string } }
      return services.database === 'healthy'
    })
  })
}, 60_000)
