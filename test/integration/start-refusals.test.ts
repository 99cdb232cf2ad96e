/** A failing start prints the reason and remedy on one line, and exits with a code other than 0. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway } from '../support/gateway.ts'
import { environmentFor, runCli } from '../support/processes/gateway-process.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-refusal-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const serve = (env: Record<string, string>, dataDir = join(folder, 'data')) =>
  runCli(['serve'], environmentFor(dataDir, env))

/** The last line, which is the only one that is no log. */
function explained(result: { exitCode: number; stderr: string }): {
  exitCode: number
  line: string
} {
  const lines = result.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'))
  expect(lines).toHaveLength(1)
  return { exitCode: result.exitCode, line: lines[0] ?? '' }
}

test('a busy port', async () => {
  using other = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { exitCode, line } = explained(await serve({ PORT: String(other.port) }))
  expect(exitCode).toBe(3)
  expect(line).toStartWith(`error: port ${other.port} on 127.0.0.1 is in use`)
  expect(line).toContain('set PORT')
})

test.each([
  ['a file where the folder should be', () => join(folder, 'file')],
  ['a folder in which nothing can be made', () => '/proc/gpt-proxy'],
])('%s', async (_, place) => {
  writeFileSync(join(folder, 'file'), '')
  const { exitCode, line } = explained(await serve({}, place()))
  expect(exitCode).toBe(3)
  expect(line).toStartWith(`error: DATA_DIR ${place()} `)
  expect(line).toContain('set DATA_DIR')
})

test.each([
  ['PORT', '80a', 'Expected: a whole number'],
  ['OPENAI_API_KYES', 'sk-very-secret-1', 'Did you mean OPENAI_API_KEYS?'],
  ['ENCRYPTION_KEY', 'not-a-key-Zz9', 'Expected: 32 bytes'],
  ['DATABASE_URL', 'mysql://u:very-secret-1@h/d', 'Expected: a URL such as postgres://'],
  ['REDIS_URL', 'http://very-secret-1@localhost', 'Expected: a URL such as redis://'],
  ['RATE_LIMIT_KEY_RPM', 'many', 'Expected: '],
  ['HTTPS_PROXY', 'http://u:very-secret-1@proxy:port', 'Expected: the address of an HTTP proxy'],
  ['http_proxy', 'socks5://u:very-secret-1@proxy', 'Expected: the address of an HTTP proxy'],
])('variable %s=%s', async (name, value, remedy) => {
  const { exitCode, line } = explained(await serve({ [name]: value }))
  expect(exitCode).toBe(3)
  expect(line).toStartWith(`error: ${name}`)
  expect(line).toContain(remedy)
  expect(line).not.toContain('very-secret')
  expect(line).not.toContain('not-a-key')
})

test.each([
  ['PORT', '80a', 'error: PORT="80a" 无效。应为：0 到 65535 的整数，不带单位。'],
  [
    'DATA_DIR',
    '/proc/gpt-proxy',
    'error: DATA_DIR /proc/gpt-proxy 不可写（ENOENT）。请让当前用户可写',
  ],
])('with a Chinese locale, variable %s=%s is refused in Chinese', async (name, value, expected) => {
  const { exitCode, line } = explained(await serve({ [name]: value, LANG: 'zh_CN.UTF-8' }))
  expect(exitCode).toBe(3)
  expect(line).toStartWith(expected)
})

test('an encryption key that opens none of the rows', async () => {
  const dataDir = join(folder, 'data')
  expect((await runCli(['init'], environmentFor(dataDir))).exitCode).toBe(0)
  const added = await runCli(
    ['upstream', 'add', 'main'],
    environmentFor(dataDir),
    'sk-upstream-secret',
  )
  expect(added.exitCode).toBe(0)
  const { exitCode, line } = explained(
    await serve({ ENCRYPTION_KEY: '0123456789abcdef'.repeat(4) }, dataDir),
  )
  expect(exitCode).toBe(5)
  expect(line).toContain('the encryption key opens none of the 1 upstream keys')
  expect(line).toContain('Set ENCRYPTION_KEY to the key they were encrypted with')
})

test('a file that is not a database', async () => {
  const dataDir = join(folder, 'data')
  expect((await runCli(['init'], environmentFor(dataDir))).exitCode).toBe(0)
  for (const rest of ['-wal', '-shm'])
    rmSync(join(dataDir, `gpt-proxy.sqlite${rest}`), { force: true })
  writeFileSync(
    join(dataDir, 'gpt-proxy.sqlite'),
    'not a database, but long enough to look at '.repeat(200),
  )
  const { exitCode, line } = explained(await serve({}, dataDir))
  expect(exitCode).toBe(5)
  expect(line).toContain('gpt-proxy.sqlite is damaged')
})

test('a folder that another gateway serves from, while the command line may use it', async () => {
  const gateway = await startGateway()
  const { exitCode, line } = explained(await serve({}, gateway.dataDir))
  expect(exitCode).toBe(5)
  expect(line).toContain(`another gateway is using DATA_DIR ${gateway.dataDir}`)
  expect((await gateway.cli(['user', 'list'])).exitCode).toBe(0)
  await gateway.stop()
})
