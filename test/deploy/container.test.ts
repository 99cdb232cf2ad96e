/** The container's commands without a container: the executable as another user, nothing writable but its data. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile } from '../../scripts/compile.ts'
import { waitFor, within } from '../support/waiting.ts'
import { freePort } from './nginx.ts'

const ROOT = join(import.meta.dir, '../..')
const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
const words = (name: string): string[] =>
  JSON.parse(new RegExp(`${name} (\\[.*\\])`).exec(dockerfile)?.[1] ?? '[]') as string[]
const ENTRYPOINT = words('ENTRYPOINT')
const COMMAND = words('\\nCMD')
const HEALTH = words(' CMD')
/** Of the image; where the tests are not run by root, their own user has to do. */
const isRoot = process.getuid?.() === 0
const UID = Number(/^USER (\d+)/m.exec(dockerfile)?.[1])

const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-container-'))
const data = join(folder, 'data')
let port = 0
beforeAll(async () => {
  port = await freePort()
  await compile(join(folder, 'bin/gpt-proxy'))
  mkdirSync(data, { mode: 0o700 })
  if (isRoot) chownSync(data, UID, UID)
  for (const each of [folder, join(folder, 'bin')]) chmodSync(each, 0o555)
}, 60_000)
afterAll(() => {
  chmodSync(folder, 0o755)
  chmodSync(join(folder, 'bin'), 0o755)
  rmSync(folder, { recursive: true, force: true })
})

function run(command: readonly string[]) {
  const user = isRoot ? { uid: UID, gid: UID } : {}
  return Bun.spawn([join(folder, 'bin', command[0] ?? ''), ...command.slice(1)], {
    cwd: data,
    env: { HOST: '0.0.0.0', PORT: String(port), DATA_DIR: data },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    ...user,
  })
}

describe('the Dockerfile', () => {
  test('declares its user, its health check and its stop signal', () => {
    expect([ENTRYPOINT, COMMAND, HEALTH]).toEqual([
      ['gpt-proxy'],
      ['serve'],
      ['gpt-proxy', 'health'],
    ])
    expect(UID).toBeGreaterThan(0)
    expect(dockerfile).toMatch(/^HEALTHCHECK /m)
    expect(dockerfile).toMatch(/^STOPSIGNAL SIGTERM$/m)
    expect(dockerfile).not.toMatch(/:latest/)
  })

  test('copies what the build needs, and .dockerignore does not exclude it', () => {
    const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(
      ([, names = '']) => names.split(' '),
    )
    for (const name of copied) expect(ignored).toContain(`!${name.replace('./', '')}\n`)
  })
})

test('its user serves from its own folder, passes the health check, and stops on a signal', async () => {
  const before = run(HEALTH)
  expect(await before.exited).toBe(1)
  const server = run([...ENTRYPOINT, ...COMMAND])
  const healthy = await waitFor(
    'the health check to pass',
    async () => {
      if (server.exitCode !== null) throw new Error(await new Response(server.stderr).text())
      const check = run(HEALTH)
      return (await check.exited) === 0
    },
    20_000,
  )
  expect(healthy).toBe(true)
  const { uid, mode } = statSync(join(data, 'encryption.key'))
  expect([uid, mode & 0o777]).toEqual([isRoot ? UID : (process.getuid?.() ?? 0), 0o600])
  server.kill('SIGTERM')
  expect(await within('the stop', 10_000, server.exited)).toBe(0)
}, 60_000)

test('what systemd would start is well-formed and hardened', () => {
  const unit = join(ROOT, 'deploy/systemd/gpt-proxy.service')
  const text = readFileSync(unit, 'utf8')
  for (const line of ['NoNewPrivileges=yes', 'ProtectSystem=strict', 'DynamicUser=yes'])
    expect(text).toContain(`\n${line}\n`)
  expect(text).toMatch(/^ExecStart=\/\S+ serve$/m)
  // Not installed here: the same words of a program that is.
  const placed = join(data, 'gpt-proxy.service')
  writeFileSync(placed, text.replace('/usr/local/bin/gpt-proxy', process.execPath))
  const { exitCode, stderr } = Bun.spawnSync(['systemd-analyze', 'verify', '--man=no', placed])
  expect([stderr.toString(), exitCode]).toEqual(['', 0])
})
