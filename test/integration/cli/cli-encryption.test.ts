/** A new encryption key: its status, re-encryption while serving, and how a lost key is reported. */
import { describe, expect, test } from 'bun:test'
import { chmodSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startGateway } from '../../support/gateway.ts'
import { chatCompletion, jsonReply, startMockUpstream } from '../../support/mock/mock-upstream.ts'
import { cliFolder } from './cli-folder.ts'

const NEW_KEY = '0123456789abcdef'.repeat(4)
const STRANGE_KEY = 'fedcba9876543210'.repeat(4)

test('rotating seals every row with the active key, and only the new key is needed then', async () => {
  using folder = cliFolder()
  await folder.json(['upstream', 'add', 'one'], 'sk-secret-one-1')
  await folder.json(['upstream', 'add', 'two'], 'sk-secret-two-2')
  const old = readFileSync(join(folder.dataDir, 'encryption.key'), 'utf8').trim()
  const both = { ENCRYPTION_KEY: NEW_KEY, ENCRYPTION_KEYS_OLD: old }
  const before = JSON.parse(
    (await folder.cli(['encryption', 'status', '--json'], { env: both })).stdout,
  )
  expect(
    before.rows.map(({ active, problem }: { active: boolean; problem: unknown }) => [
      active,
      problem,
    ]),
  ).toEqual([
    [false, null],
    [false, null],
  ])
  expect((await folder.cli(['encryption', 'rotate'], { env: both })).stdout).toBe(
    'rotated  2\nfailed   0\n',
  )
  expect((await folder.cli(['encryption', 'rotate'], { env: both })).stdout).toBe(
    'rotated  0\nfailed   0\n',
  )
  const { exitCode, stdout } = await folder.cli(['encryption', 'status', '--json'], {
    env: { ENCRYPTION_KEY: NEW_KEY },
  })
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    rows: [
      { active: true, problem: null },
      { active: true, problem: null },
    ],
  })
})

test('a key that decrypts nothing is reported per row, with exit code 5, and nothing changes', async () => {
  using folder = cliFolder()
  await folder.json(['upstream', 'add', 'one'], 'sk-secret-one-1')
  const sealed = folder.rows('SELECT encrypted_key FROM upstream_keys')
  for (const verb of ['status', 'rotate']) {
    const { exitCode, stdout, stderr } = await folder.cli(['encryption', verb], {
      env: { ENCRYPTION_KEY: STRANGE_KEY },
    })
    expect(exitCode).toBe(5)
    expect(stdout + stderr).toContain('Failed to decrypt key: Invalid token (upstream_keys row 1')
    expect(stdout + stderr).not.toContain(STRANGE_KEY)
  }
  expect(folder.rows('SELECT encrypted_key FROM upstream_keys')).toEqual(sealed)
})

test("rotating doesn't disturb a gateway that has both keys", async () => {
  const mock = await startMockUpstream({
    script: () => jsonReply(200, chatCompletion('still here')),
  })
  const folder = cliFolder()
  await folder.json(['upstream', 'add', 'one', '--base-url', mock.url], 'sk-secret-one-1')
  const old = readFileSync(join(folder.dataDir, 'encryption.key'), 'utf8').trim()
  const env = { ENCRYPTION_KEY: NEW_KEY, ENCRYPTION_KEYS_OLD: old }
  const gateway = await startGateway({ dataDir: folder.dataDir, env })
  expect((await gateway.cli(['encryption', 'rotate'])).exitCode).toBe(0)
  for (let round = 0; round < 10; round++) {
    const response = await gateway.chat({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'hi' }],
    })
    expect(response.status).toBe(200)
    await response.json()
  }
  expect(
    mock.ledger.every(({ headers }) => headers.authorization === 'Bearer sk-secret-one-1'),
  ).toBe(true)
  await gateway.stop()
  await mock.close()
  folder[Symbol.dispose]()
})

describe('a missing key file', () => {
  test('is not replaced while a row needs it: nothing is added under another key, and the start is refused', async () => {
    using folder = cliFolder()
    await folder.json(['upstream', 'add', 'one'], 'sk-secret-one-1')
    const file = join(folder.dataDir, 'encryption.key')
    renameSync(file, `${file}.lost`)
    for (const args of [['upstream', 'add', 'two'], ['serve']]) {
      const { exitCode, stderr } = await folder.cli(args, { stdin: 'sk-secret-two-2' })
      expect(exitCode).toBe(5)
      expect(stderr).toContain(`the encryption key file ${file} is missing`)
      expect(stderr).toMatch(/put (it|the old encryption\.key) back/i)
    }
    const doctored = await folder.cli(['doctor', '--json', '--only', 'ENC-1'])
    expect(doctored.exitCode).toBe(1)
    expect(JSON.parse(doctored.stdout)).toMatchObject({
      checks: [{ findings: [{ code: 'enc.gone', evidence: { names: 'one' } }] }],
    })
    expect(existsSync(file)).toBe(false)
    expect(folder.rows('SELECT name FROM upstream_keys')).toEqual([{ name: 'one' }])
    renameSync(`${file}.lost`, file)
    await folder.json(['upstream', 'add', 'two'], 'sk-secret-two-2')
    expect((await folder.cli(['encryption', 'status'])).exitCode).toBe(0)
  })

  test('leaves all other commands working, so that its rows can be removed and a new one is made', async () => {
    using folder = cliFolder()
    await folder.json(['upstream', 'add', 'one'], 'sk-secret-one-1')
    rmSync(join(folder.dataDir, 'encryption.key'))
    await folder.json(['user', 'create', 'alice'])
    await folder.json(['key', 'create', 'alice'])
    expect((await folder.cli(['upstream', 'remove', 'one'])).exitCode).toBe(0)
    await folder.json(['upstream', 'add', 'one'], 'sk-secret-one-1')
    expect((await folder.cli(['encryption', 'status'])).exitCode).toBe(0)
  })

  test('is created again if the old one is in ENCRYPTION_KEYS_OLD, to rotate to it', async () => {
    using folder = cliFolder()
    await folder.json(['upstream', 'add', 'one'], 'sk-secret-one-1')
    const file = join(folder.dataDir, 'encryption.key')
    const env = { ENCRYPTION_KEYS_OLD: readFileSync(file, 'utf8').trim() }
    rmSync(file)
    const { exitCode, stdout } = await folder.cli(['encryption', 'rotate'], { env })
    expect([exitCode, stdout]).toEqual([0, 'rotated  1\nfailed   0\n'])
  })
})

test('a key file that others can read is reported by commands and the server, with the fix', async () => {
  using folder = cliFolder()
  const file = join(folder.dataDir, 'encryption.key')
  const silent = await folder.cli(['user', 'list'])
  expect(silent.stderr).not.toContain('chmod')
  chmodSync(file, 0o644)
  const remedy = `run: chmod 600 ${file}`
  expect((await folder.cli(['user', 'list'])).stderr).toContain(remedy)
  const gateway = await startGateway({ dataDir: folder.dataDir })
  expect(gateway.logs()).toContain(remedy)
  await gateway.stop()
})
