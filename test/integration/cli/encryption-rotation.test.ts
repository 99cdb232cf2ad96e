/** Rotating the encryption key while requests run, in embedded mode and with ENCRYPTION_KEY. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import { consoleClient, signedInAdmin } from '../../admin/console-client.ts'
import { type Gateway, startGateway, UPSTREAM_SECRET } from '../../support/gateway.ts'
import {
  chatCompletion,
  jsonReply,
  type MockUpstream,
  startMockUpstream,
} from '../../support/mock/mock-upstream.ts'

const NEW_KEY = '0123456789abcdef'.repeat(4)

let dataDir: string
let mock: MockUpstream
let gateway: Gateway

beforeEach(async () => {
  mock = await startMockUpstream({ script: () => jsonReply(200, chatCompletion('still here')) })
  dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-rotation-'))
  gateway = await startGateway({
    dataDir,
    upstreams: [
      { name: 'one', baseUrl: mock.url },
      { name: 'two', baseUrl: mock.url },
    ],
  })
})
afterEach(async () => {
  await gateway.stop()
  await mock.close()
  rmSync(dataDir, { recursive: true, force: true })
})

const ask = async (): Promise<number> => {
  const response = await gateway.chat({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'hi' }],
  })
  await response.arrayBuffer()
  return response.status
}

/** Asks without a pause until `work` is done; the statuses. */
async function underLoad(work: () => Promise<unknown>): Promise<number[]> {
  const statuses: number[] = []
  let done = false
  const load = Array.from({ length: 4 }, async () => {
    while (!done) statuses.push(await ask())
  })
  await work().finally(() => {
    done = true
  })
  await Promise.all(load)
  return statuses
}

const sealedWith = () => {
  using database = gateway.database()
  const rows = database.query('SELECT encrypted_key AS sealed FROM upstream_keys').all()
  return (rows as { sealed: string }[]).map(({ sealed }) => sealed.split('.')[1])
}

test('the embedded gateway gets a new key file, and no request fails', async () => {
  const file = join(gateway.dataDir, 'encryption.key')
  const oldKey = readFileSync(file, 'utf8')
  const [oldId] = sealedWith()
  const statuses = await underLoad(async () => {
    const { exitCode, stdout, stderr } = await gateway.cli(['encryption', 'rotate'])
    expect([exitCode, stdout]).toEqual([0, 'rotated  2\nfailed   0\n'])
    expect(stderr).toContain('encryption.key.retired-')
  })
  expect(statuses.length).toBeGreaterThan(10)
  expect(new Set(statuses)).toEqual(new Set([200]))
  const newKey = readFileSync(file, 'utf8')
  expect(newKey).toMatch(/^[0-9a-f]{64}\n$/)
  expect(newKey).not.toBe(oldKey)
  expect(sealedWith()).not.toContain(oldId)
  const retired = readdirSync(gateway.dataDir).find((name) => name.includes('.retired-')) ?? ''
  expect(readFileSync(join(gateway.dataDir, retired), 'utf8')).toBe(oldKey)

  // Without the old key, also after a restart.
  rmSync(join(gateway.dataDir, retired))
  await gateway.stop()
  gateway = await startGateway({ dataDir })
  expect(await ask()).toBe(200)
  expect(
    mock.ledger.every(({ headers }) => headers.authorization === `Bearer ${UPSTREAM_SECRET}`),
  ).toBe(true)
})

test('a key that the running gateway lacks is refused, and nothing changes', async () => {
  const before = sealedWith()
  const old = readFileSync(join(gateway.dataDir, 'encryption.key'), 'utf8').trim()
  const env = { ENCRYPTION_KEY: NEW_KEY, ENCRYPTION_KEYS_OLD: old }
  const statuses = await underLoad(async () => {
    const { exitCode, stderr } = await gateway.cli(['encryption', 'rotate'], { env })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('not every running instance has the new encryption key')
    expect(stderr).toContain('Set ENCRYPTION_KEY and ENCRYPTION_KEYS_OLD on every instance')
  })
  expect(new Set(statuses)).toEqual(new Set([200]))
  expect(sealedWith()).toEqual(before)
})

test('a user with a second factor still signs in once the old key is gone', async () => {
  const password = 'correct horse battery'
  const admin = await signedInAdmin(gateway, password)
  const started = await admin.call('POST', '/session/totp', { password })
  const totp = new TOTP({
    secret: Secret.fromBase32(((await started.json()) as { secret: string }).secret),
  })
  const confirmed = await admin.call('POST', '/session/totp/confirm', { code: totp.generate() })
  expect(confirmed.status).toBe(204)

  const rotated = await gateway.cli(['encryption', 'rotate', '--json'])
  expect(JSON.parse(rotated.stdout)).toEqual({ rotated: 3, failed: 0 })
  const retired = readdirSync(dataDir).find((name) => name.includes('.retired-')) ?? ''
  rmSync(join(dataDir, retired))
  await gateway.stop()
  gateway = await startGateway({ dataDir })

  const code = totp.generate({ timestamp: Date.now() + 30_000 })
  const signedIn = await consoleClient(gateway).call('POST', '/session', {
    username: 'admin',
    password,
    code,
  })
  expect(signedIn.status).toBe(200)
})
