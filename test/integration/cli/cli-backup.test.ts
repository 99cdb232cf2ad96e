/** Backups of the embedded store: made while it serves, restored while it does not. */
import { expect, test } from 'bun:test'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { startGateway, UPSTREAM_SECRET } from '../../support/gateway.ts'
import { chatCompletion, jsonReply, startMockUpstream } from '../../support/mock/mock-upstream.ts'
import { type CliFolder, cliFolder } from './cli-folder.ts'

const ROOT = join(import.meta.dir, '../../..')
const mode = (path: string) => statSync(path).mode & 0o777

/** With one upstream key, and a backup of it with its key. */
async function backedUp(): Promise<{ from: CliFolder; file: string }> {
  const from = cliFolder()
  await from.json(['init'])
  await from.json(['upstream', 'add', 'main'], UPSTREAM_SECRET)
  const file = join(from.dataDir, 'copy.sqlite')
  await from.json(['backup', file, '--with-key'])
  return { from, file }
}

test('a running gateway is backed up into one private file, with what it has just recorded', async () => {
  const mock = await startMockUpstream({ script: () => jsonReply(200, chatCompletion('hello')) })
  const gateway = await startGateway({ upstreams: [{ name: 'main', baseUrl: mock.url }] })
  using other = cliFolder({ withStore: false })
  try {
    const file = join(other.dataDir, 'copy.sqlite')
    const messages = [{ role: 'user', content: 'hi' }]
    const reply = await gateway.chat({ model: 'gpt-4o', messages })
    await reply.text()
    await gateway.usageRow(reply.headers.get('x-request-id') ?? '')

    const made = await gateway.cli(['backup', file, '--json'])
    expect(made.exitCode).toBe(0)
    expect(made.stderr).toContain('not in the backup')
    expect(JSON.parse(made.stdout)).toMatchObject({ file, key_file: null })
    expect(mode(file)).toBe(0o600)
    expect(readdirSync(other.dataDir)).toEqual(['copy.sqlite'])
    expect(readFileSync(file).includes(UPSTREAM_SECRET)).toBe(false)

    const again = await gateway.cli(['backup', file])
    expect(again).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('already a file') })
    const busy = await gateway.cli(['restore', file])
    expect(busy).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('Stop it first') })

    const key = readFileSync(join(gateway.dataDir, 'encryption.key'))
    writeFileSync(join(other.dataDir, 'encryption.key'), key, { mode: 0o600 })
    const restored = await other.json(['restore', file])
    expect(restored).toMatchObject({
      users: 2,
      upstream_keys: 1,
      usage_records: 1,
      old_store: null,
    })
    expect(await other.json(['usage'])).toMatchObject([{ user: 'default', requests: 1 }])
    expect(mode(join(other.dataDir, 'gpt-proxy.sqlite'))).toBe(0o600)
  } finally {
    await gateway.stop()
    await mock.close()
  }
}, 60_000)

test('a restore replaces the store, and keeps the previous one', async () => {
  const { from, file } = await backedUp()
  using folder = from
  await folder.json(['user', 'create', 'later'])
  const { old_store } = (await folder.json(['restore', file])) as { old_store: string }
  const names = (await folder.json(['user', 'list'])) as { username: string }[]
  expect(names.map(({ username }) => username)).toEqual(['admin', 'default'])
  expect(old_store).toContain('gpt-proxy.sqlite.before-restore-')
  await folder.json(['restore', old_store])
  expect(await folder.json(['user', 'list'])).toHaveLength(3)
}, 60_000)

test('tokens leased to a stopped gateway are released', async () => {
  const { from, file } = await backedUp()
  using folder = from
  const lease = `INSERT INTO quota_leases VALUES (2, 2026, 11, 'gone', 5000, '2026-11-23')`
  expect(Bun.spawnSync(['sqlite3', file, lease]).exitCode).toBe(0)
  await folder.json(['restore', file])
  expect(folder.rows('SELECT * FROM quota_leases')).toEqual([])
}, 60_000)

test('an empty folder takes the backup with its key; the key file is private', async () => {
  const { from, file } = await backedUp()
  using _ = from
  using fresh = cliFolder({ withStore: false })
  expect(mode(`${file}.encryption.key`)).toBe(0o600)

  const without = await fresh.cli(['restore', file])
  expect(without.exitCode).toBe(1)
  expect(without.stderr).toContain('without an encryption key none of the 1 upstream keys')
  expect(readdirSync(fresh.dataDir).filter((name) => name !== 'server.lock')).toEqual([])

  await fresh.json(['restore', file, '--with-key'])
  expect(mode(join(fresh.dataDir, 'encryption.key'))).toBe(0o600)
  expect(await fresh.json(['encryption', 'status'])).toEqual(
    await from.json(['encryption', 'status']),
  )
}, 60_000)

test('a key that decrypts nothing is refused before anything is replaced, unless --any-key is given', async () => {
  const { from, file } = await backedUp()
  using _ = from
  using other = cliFolder({ withStore: false })
  await other.json(['init'])
  await other.json(['user', 'create', 'mine'])
  const refused = await other.cli(['restore', file])
  expect(refused).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('opens none of the 1 upstream keys'),
  })
  expect(await other.json(['user', 'list'])).toHaveLength(3)
  await other.json(['restore', file, '--any-key'])
  expect(await other.json(['user', 'list'])).toHaveLength(2)
}, 60_000)

test('a backup that is damaged, foreign, newer or missing is refused, and the store stays', async () => {
  const { from, file } = await backedUp()
  using folder = from
  const refusal = async (path: string) => {
    const { exitCode, stderr } = await folder.cli(['restore', path])
    expect(exitCode).toBe(5)
    return stderr
  }
  const bytes = readFileSync(file)
  const broken = join(folder.dataDir, 'broken.sqlite')
  writeFileSync(broken, bytes.subarray(0, bytes.length - 8192))
  expect(await refusal(broken)).toContain('is damaged')
  const flipped = Buffer.from(bytes)
  flipped.fill(0xff, 4096 * 3, 4096 * 3 + 200)
  writeFileSync(broken, flipped)
  expect(await refusal(broken)).toContain('is damaged')
  writeFileSync(broken, 'no database at all')
  expect(await refusal(broken)).toContain('no SQLite database')
  expect(await refusal(join(folder.dataDir, 'nowhere.sqlite'))).toContain('ENOENT')

  writeFileSync(broken, '')
  expect(await refusal(broken)).toContain("is not a backup of a gateway's store")

  chmodSync(file, 0o600)
  const sql = `INSERT INTO kysely_migration VALUES ('9999-from-the-future', '2099')`
  expect(Bun.spawnSync(['sqlite3', file, sql]).exitCode).toBe(0)
  expect(await refusal(file)).toContain('made by a newer version')

  expect(await folder.json(['user', 'list'])).toHaveLength(2)
  expect(existsSync(join(folder.dataDir, 'gpt-proxy.sqlite.restoring'))).toBe(false)
}, 60_000)

test('a key that comes from a variable is not copied to a file', async () => {
  using folder = cliFolder()
  const env = { ENCRYPTION_KEY: 'ab12'.repeat(16) }
  await folder.cli(['init'], { env })
  const file = join(folder.dataDir, 'copy.sqlite')
  const refused = await folder.cli(['backup', file, '--with-key'], { env })
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('ENCRYPTION_KEY') })
  expect(existsSync(file)).toBe(false)
  const made = await folder.cli(['backup', file], { env })
  expect(made).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('ENCRYPTION_KEY') })
})

test('a folder without a store cannot be backed up, and no store is created', async () => {
  using folder = cliFolder({ withStore: false })
  const { exitCode, stderr } = await folder.cli(['backup', join(folder.dataDir, 'copy.sqlite')])
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 5 })
  expect(stderr).toContain('there is no store')
  expect(readdirSync(folder.dataDir)).toEqual([])
})

test("a file named in a command is relative to the shell's folder, also through npm and bin/gpt-proxy", async () => {
  using folder = cliFolder()
  await folder.json(['init'])
  const own = { PATH: process.env.PATH ?? '', HOME: folder.dataDir, DATA_DIR: folder.dataDir }
  const typedIn = mkdtempSync(join(folder.dataDir, 'typed here '))
  const typed = (...command: string[]) => {
    const run = Bun.spawnSync(command, { cwd: typedIn, env: own, stdin: 'ignore' })
    expect([run.exitCode, run.stderr.toString()]).toEqual([0, expect.any(String)])
    return run.stdout.toString()
  }
  const made = typed(join(ROOT, 'bin/gpt-proxy'), 'backup', 'one.sqlite', '--with-key', '--json')
  expect(JSON.parse(made)).toMatchObject({
    file: join(typedIn, 'one.sqlite'),
    key_file: join(typedIn, 'one.sqlite.encryption.key'),
  })
  typed('npm', '--prefix', ROOT, '--silent', 'run', 'gpt-proxy', '--', 'backup', 'two.sqlite')
  expect(readdirSync(typedIn).toSorted()).toEqual([
    'one.sqlite',
    'one.sqlite.encryption.key',
    'two.sqlite',
  ])
  typed(join(ROOT, 'bin/gpt-proxy'), 'restore', 'one.sqlite')
}, 60_000)
