/** Only `serve` and `init` make a store, and never in place of one that was there. */
import { Database } from 'bun:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environmentFor, runCli, spawnGateway } from '../../support/processes/gateway-process.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-presence-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const run = (...args: string[]) => runCli(args, environmentFor(dataDir), 'sk-some-secret')

test.each([
  'user list',
  'user create alice',
  'key list',
  'upstream add main',
  'quota show',
  'usage',
  'price list',
  'chat demo/echo hi',
  'migrate up',
  'migrate status',
  'encryption rotate',
])('gpt-proxy %s reports that there is no store, and creates none', async (words) => {
  dataDir = join(dataDir, 'missing')
  const { exitCode, stderr } = await run(...words.split(' '))
  expect(exitCode).toBe(3)
  expect(stderr).toContain(`there is no store in DATA_DIR ${dataDir}`)
  expect(stderr).toContain('gpt-proxy init')
  expect(existsSync(dataDir)).toBe(false)
})

describe('with files of an earlier store', () => {
  const refused = async (...args: string[]) => {
    const before = readdirSync(dataDir).sort()
    const { exitCode, stderr } = await run(...args)
    expect(exitCode).toBe(5)
    expect(readdirSync(dataDir).sort()).toEqual(before)
    return stderr
  }

  test.each(['serve', 'init'])('%s refuses a missing database next to a key file', async (verb) => {
    await run('init')
    for (const name of readdirSync(dataDir))
      if (name.startsWith('gpt-proxy.sqlite')) rmSync(join(dataDir, name))
    await refused(verb)
    const stderr = await refused(verb)
    expect(stderr).toContain('gpt-proxy.sqlite is missing')
    expect(stderr).toContain('encryption.key is there')
  })

  test('a database of zero bytes is missing too', async () => {
    await run('init')
    writeFileSync(join(dataDir, 'gpt-proxy.sqlite'), '')
    expect(await refused('serve')).toContain('gpt-proxy.sqlite is missing')
  })

  test('a damaged write-ahead log is an error for every command', async () => {
    const killed = await spawnGateway(environmentFor(dataDir))
    const wal = join(dataDir, 'gpt-proxy.sqlite-wal')
    expect(existsSync(wal)).toBe(true)
    killed.signal('SIGKILL')
    await killed.exited
    const whole = mkdtempSync(join(tmpdir(), 'gpt-proxy-whole-'))
    cpSync(dataDir, whole, { recursive: true })
    writeFileSync(wal, Buffer.alloc(4096, 7))
    for (const args of [['serve'], ['user', 'list'], ['init'], ['migrate', 'up']])
      expect(await refused(...args)).toContain(`the write-ahead log ${wal} is damaged`)
    // The undamaged one is what a crash leaves, and opens.
    cpSync(whole, dataDir, { recursive: true })
    expect((await run('user', 'list')).exitCode).toBe(0)
    rmSync(whole, { recursive: true })
  })

  test('a lost write-ahead log that held all tables does not lead to a new empty store', async () => {
    const killed = await spawnGateway(environmentFor(dataDir))
    killed.signal('SIGKILL')
    await killed.exited
    // As the file is if a crash came before the first checkpoint and the log was lost.
    for (const end of ['', '-wal', '-shm'])
      rmSync(join(dataDir, `gpt-proxy.sqlite${end}`), { force: true })
    const emptied = new Database(join(dataDir, 'gpt-proxy.sqlite'))
    emptied.run('pragma user_version = 1')
    emptied.close()
    const { stderr, exitCode } = await run('serve')
    expect([exitCode, stderr]).toEqual([5, expect.stringMatching(/has no tables|is missing/)])
  })
})
