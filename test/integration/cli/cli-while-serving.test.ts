/** The command line and sqlite3 while a gateway runs: their changes take effect within a second. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import {
  chatCompletion,
  jsonReply,
  type MockUpstream,
  startMockUpstream,
} from '../../support/mock/mock-upstream.ts'
import { waitFor } from '../../support/waiting.ts'

const QUESTION = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] }
/** A second, and what the test itself needs. */
const SOON_MS = 1_200

let mock: MockUpstream
let gateway: Gateway

beforeAll(async () => {
  mock = await startMockUpstream({ script: () => jsonReply(200, chatCompletion('hello')) })
  gateway = await startGateway({
    upstreams: [{ name: 'main', baseUrl: mock.url, models: ['gpt-4o'] }],
  })
})

afterAll(async () => {
  await gateway.stop()
  await mock.close()
})

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { exitCode, stdout, stderr } = await gateway.cli([...args, '--json'])
  if (exitCode !== 0) throw new Error(`${args.join(' ')}: exit ${exitCode}: ${stderr}`)
  return JSON.parse(stdout) as Record<string, unknown>
}

async function statusWith(key: string): Promise<number> {
  const response = await gateway.chat(QUESTION, { headers: { authorization: `Bearer ${key}` } })
  await response.text()
  return response.status
}

const becomes = (status: number, key: string) =>
  waitFor(`status ${status}`, async () => (await statusWith(key)) === status, SOON_MS)

function bySql(sql: string): void {
  const run = Bun.spawnSync([
    'sqlite3',
    `${gateway.dataDir}/gpt-proxy.sqlite`,
    `.timeout 5000`,
    sql,
  ])
  if (run.exitCode !== 0) throw new Error(run.stderr.toString())
}

test('a new key works and a revoked one stops, within a second', async () => {
  await json('user', 'create', 'alice')
  const { key, id } = await json('key', 'create', 'alice')
  await becomes(200, String(key))
  await json('key', 'revoke', String(id))
  await becomes(401, String(key))
})

test('a rotated key replaces the old one', async () => {
  await json('user', 'create', 'rob')
  const old = await json('key', 'create', 'rob')
  await becomes(200, String(old.key))
  const fresh = await json('key', 'rotate', String(old.id))
  await becomes(200, String(fresh.key))
  await becomes(401, String(old.key))
})

test('a disabled user is refused with all keys, and accepted again when enabled', async () => {
  await json('user', 'create', 'dora')
  const { key } = await json('key', 'create', 'dora')
  await becomes(200, String(key))
  await json('user', 'disable', 'dora')
  await becomes(401, String(key))
  await json('user', 'update', 'dora', '--enable')
  await becomes(200, String(key))
})

test('a key revoked by sqlite3 stops within a second', async () => {
  await json('user', 'create', 'sql')
  const { key, id } = await json('key', 'create', 'sql')
  await becomes(200, String(key))
  bySql(`UPDATE api_keys SET status='revoked' WHERE id=${id}`)
  await becomes(401, String(key))
})

test('an upstream key disabled and enabled again is followed', async () => {
  await json('upstream', 'disable', 'main')
  await becomes(503, gateway.proxyKey)
  await json('upstream', 'enable', 'main')
  await becomes(200, gateway.proxyKey)
})

test('an upstream key reset by the documented SQL serves again', async () => {
  mock.script(() => jsonReply(401, { error: { message: 'no such key', code: 'invalid_api_key' } }))
  await becomes(503, gateway.proxyKey)
  const [row] = (await json('upstream', 'list')) as unknown as { id: number }[]
  await waitFor('the state in the table', async () => {
    const [{ status } = { status: '' }] = (await json('upstream', 'list')) as unknown as {
      status: string
    }[]
    return status === 'invalid'
  })
  mock.script(() => jsonReply(200, chatCompletion('back')))
  bySql(
    `UPDATE upstream_keys SET status='healthy', failure_count=0, cooldown_until=NULL WHERE id=${row?.id}`,
  )
  await becomes(200, gateway.proxyKey)
})

test('usage counts the requests', async () => {
  await json('user', 'create', 'counted')
  const { key } = await json('key', 'create', 'counted')
  await becomes(200, String(key))
  const rows = await waitFor('the summary', async () => {
    const sums = (await json('usage', '--by', 'user', '--since', '1h')) as unknown as Record<
      string,
      unknown
    >[]
    return sums.find(({ user }) => user === 'counted')
  })
  expect(rows).toMatchObject({ user: 'counted', requests: 1, errors: 0 })
  expect(Number(rows.total_tokens)).toBeGreaterThan(0)
  const later = (await json('usage', '--since', '2999-01-01')) as unknown as unknown[]
  expect(later).toEqual([])
})

test('chat goes through the running gateway, and its key is invalid afterwards', async () => {
  const before = mock.ledger.length
  const env = { PORT: String(gateway.port) }
  const { exitCode, stdout } = await gateway.cli(['chat', 'demo/echo', 'Hello', 'there'], { env })
  expect(exitCode).toBe(0)
  expect(stdout).toStartWith('You said: Hello there\n')
  const { stdout: piped } = await gateway.cli(['chat', 'demo/echo', '--json'], {
    env,
    stdin: 'by pipe',
  })
  expect(JSON.parse(piped)).toMatchObject({
    model: 'demo/echo',
    usage: { prompt_tokens: expect.any(Number) },
  })
  expect(JSON.parse(piped).content).toStartWith('You said: by pipe')
  expect(mock.ledger.length).toBe(before)
  // Nothing stays of it: no key, and nothing charged to anyone.
  using database = gateway.database()
  expect(database.query(`SELECT id FROM api_keys WHERE name = 'chat command'`).all()).toEqual([])
  expect(database.query('SELECT user_id FROM usage_records WHERE user_id = 0').all()).toEqual([])
  const users = (await json('user', 'list')) as unknown as { username: string }[]
  expect(users.map(({ username }) => username)).not.toContain('system')
})

test.each([
  ['demo/503', 1],
  ['demo/cut', 1],
  ['nobody/knows', 4],
])('chat with %s reports why it failed and exits with %d', async (model, exitCode) => {
  const result = await gateway.cli(['chat', model, 'Hello'], {
    env: { PORT: String(gateway.port) },
  })
  expect(result.exitCode).toBe(exitCode)
  expect(result.stderr).toMatch(/^error: (upstream|gateway)/m)
})
