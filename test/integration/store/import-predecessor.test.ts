/** The predecessor's database is imported: keys keep working, usage is complete, and a second run changes nothing. */
import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway } from '../../support/gateway.ts'
import {
  chatCompletion,
  jsonReply,
  type MockUpstream,
  startMockUpstream,
} from '../../support/mock/mock-upstream.ts'
import {
  fernet,
  OLD_ENCRYPTION_KEY,
  OLD_KEY,
  OLD_SECRET,
  predecessorSql,
} from '../../support/processes/predecessor.ts'
import { type PostgresServer, startPostgres } from '../../support/servers/postgres-server.ts'
import { type CliFolder, cliFolder } from '../cli/cli-folder.ts'

const KEY = { GPT_PROXY_OLD_ENCRYPTION_KEY: OLD_ENCRYPTION_KEY }

let mock: MockUpstream
let folder: string
beforeAll(async () => {
  mock = await startMockUpstream({ script: () => jsonReply(200, chatCompletion('hello')) })
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-old-'))
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await mock.close()
})

let made = 0
/** An SQLite file of the predecessor, changed by `sql`. */
function oldFile(sql = ''): string {
  const path = join(folder, `old-${++made}.db`)
  using database = new Database(path)
  database.run(predecessorSql({ upstreamUrl: mock.url }))
  if (sql !== '') database.run(sql)
  return path
}

async function imported(here: CliFolder, source: string, env: Record<string, string> = KEY) {
  const { exitCode, stdout, stderr } = await here.cli(['migrate', 'import', source, '--json'], {
    env,
  })
  if (exitCode !== 0) throw new Error(stderr)
  const counts = (JSON.parse(stdout) as Record<string, unknown>[]).map((row) => [
    row.what,
    row.imported,
    row.here_before,
  ])
  return { counts, stderr }
}

const FIRST = [
  ['users', 3, 0],
  ['proxy keys', 2, 0],
  ['upstream keys', 2, 0],
  ['requests', 3, 0],
  ['sums beyond the requests', 2, 0],
]
const AGAIN = [
  ['users', 0, 3],
  ['proxy keys', 0, 2],
  ['upstream keys', 0, 2],
  ['requests', 0, 3],
  ['sums beyond the requests', 0, 0],
]

describe('from an SQLite file', () => {
  test('everything is imported, and a second run changes nothing', async () => {
    using here = cliFolder()
    const source = oldFile()
    const first = await imported(here, `sqlite:///${source}`)
    expect(first.counts).toEqual(FIRST)
    expect(first.stderr).toContain('The totals agree: 1675 tokens')
    expect(first.stderr).toContain('users.hashed_password')

    expect(await here.json(['user', 'list'])).toMatchObject([
      { username: '张三', email: 'zhang@example.com', role: 'user', monthly_quota_tokens: 1000000 },
      { username: 'Bob-Smith', role: 'admin', status: 'active', monthly_quota_tokens: null },
      { username: 'carol', email: null, status: 'disabled' },
    ])
    expect(await here.json(['key', 'list'])).toMatchObject([
      {
        name: 'laptop',
        status: 'active',
        prefix: 'sk-old-gat',
        allowed_models: ['gpt-4o*'],
        rpm: 120,
      },
      { name: 'gone', status: 'revoked' },
    ])
    expect(await here.json(['upstream', 'list'])).toMatchObject([
      { name: 'OpenAI-main', provider: 'openai', status: 'healthy', weight: 3 },
      { name: 'azure', provider: 'azure', status: 'disabled', deployments: { 'gpt-4o': 'gpt-4o' } },
    ])
    const months =
      'select user_id, year, month, total_tokens, requests from usage_monthly order by 1, 2, 3'
    const sums = [
      { user_id: 1, year: 2026, month: 10, total_tokens: 1650, requests: 2 },
      { user_id: 1, year: 2026, month: 11, total_tokens: 15, requests: 1 },
      { user_id: 2, year: 2026, month: 11, total_tokens: 10, requests: 2 },
    ]
    expect(here.rows(months)).toEqual(sums)
    for (const month of ['2026-10', '2026-11'])
      expect((await here.cli(['quota', 'reconcile', '--month', month])).stderr).toContain(
        'The sums are what the records say',
      )

    expect((await imported(here, source)).counts).toEqual(AGAIN)
    expect(here.rows(months)).toEqual(sums)
  }, 60_000)

  test('usage since the first run is added by the second', async () => {
    using here = cliFolder()
    const source = oldFile()
    await imported(here, source)
    using old = new Database(source)
    old.run(`insert into usage_logs (id, user_id, model, prompt_tokens, completion_tokens, total_tokens, created_at)
      values (5, 11, 'gpt-4o', 4, 2, 6, '2026-11-03 00:00:00')`)
    old.run('update usage_monthly set total_tokens = 36 where user_id = 11 and month = 11')
    const { counts, stderr } = await imported(here, source)
    expect(counts.slice(3)).toEqual([
      ['requests', 1, 3],
      ['sums beyond the requests', 1, 0],
    ])
    expect(stderr).toContain('1696 tokens')
  }, 60_000)

  test('a key of its own form reaches its upstream with the decrypted key, and any other is refused', async () => {
    using here = cliFolder()
    await imported(here, oldFile())
    const gateway = await startGateway({ dataDir: here.dataDir })
    const ask = (key: string) =>
      fetch(`${gateway.baseUrl}/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hi' }] }),
      })
    try {
      const { status } = await ask(OLD_KEY)
      expect(status).toBe(200)
      expect(mock.ledger.at(-1)?.headers.authorization).toBe(`Bearer ${OLD_SECRET}`)
      for (const key of [`${OLD_KEY}x`, 'another', 'x', ''])
        expect((await ask(key)).status).toBe(401)
    } finally {
      await gateway.stop()
    }
  }, 60_000)

  test('if one row cannot be imported, nothing is, unless --leave-out is given', async () => {
    using here = cliFolder()
    const stranger = fernet('sk-secret-of-another', Buffer.alloc(32, 7))
    const source = oldFile(`
      update api_keys set key_hash = '$2b$12$abcdefghijklmnopqrstuv' where id = 22;
      update upstream_keys set encrypted_key = '${stranger}' where id = 32;`)
    const refused = await here.cli(['migrate', 'import', source], { env: KEY })
    expect(refused.exitCode).not.toBe(0)
    expect(refused.stderr).toContain("2 rows can't be imported, so none was")
    expect(refused.stderr).toContain('api_keys row 22: its hash is not a SHA-256')
    expect(refused.stderr).toContain('upstream_keys row 32: its key could not be decrypted')
    expect(here.rows('select * from users where id > 0')).toEqual([])

    const { exitCode, stderr } = await here.cli(['migrate', 'import', source, '--leave-out'], {
      env: KEY,
    })
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('left out: api_keys row 22')])
    expect(here.rows('select name from upstream_keys')).toEqual([{ name: 'OpenAI-main' }])
  }, 60_000)

  test('its encryption key may be in its .env file', async () => {
    using here = cliFolder()
    const file = join(folder, 'old.env')
    writeFileSync(file, `DEBUG=1\nENCRYPTION_KEY="${OLD_ENCRYPTION_KEY}"\n`)
    const { exitCode } = await here.cli(['migrate', 'import', oldFile(), '--key-file', file])
    expect(exitCode).toBe(0)
  }, 60_000)

  test.each([
    ['a file that is not there', () => join(folder, 'missing.db'), "can't be opened"],
    [
      'a database of another program',
      () => oldFile('drop table upstream_keys'),
      'it has no table upstream_keys',
    ],
    ['a URL that is none', () => 'postgresql://', "the PostgreSQL URL can't be used"],
    ['nothing', () => '', 'no database to import from was given'],
  ])('%s is refused', async (_, source, message) => {
    using here = cliFolder()
    const { exitCode, stderr } = await here.cli(['migrate', 'import', source()], { env: KEY })
    expect([exitCode === 0, stderr]).toEqual([false, expect.stringContaining(message)])
  })
})

describe('from PostgreSQL into PostgreSQL', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres({ settings: ['fsync=off'] })
  }, 60_000)
  afterAll(() => server.close())

  test('everything is imported, and a second run changes nothing', async () => {
    const old = server.createDatabase()
    server.sql(predecessorSql({ upstreamUrl: mock.url, dialect: 'postgres' }), old)
    using here = cliFolder()
    const env = {
      ...KEY,
      DATABASE_URL: server.url(server.createDatabase()),
      ENCRYPTION_KEY: 'ab12'.repeat(16),
      GPT_PROXY_OLD_DATABASE: server.url(old).replace('postgres://', 'postgresql+psycopg2://'),
    }
    await here.cli(['init'], { env })
    const first = await imported(here, '', env)
    expect(first.counts).toEqual(FIRST)
    expect(first.stderr).toContain('1675 tokens')
    expect((await imported(here, '', env)).counts).toEqual(AGAIN)
    const said = await here.cli(['encryption', 'status'], { env })
    expect(said.stdout).toContain('OpenAI-main')
  }, 60_000)
})
