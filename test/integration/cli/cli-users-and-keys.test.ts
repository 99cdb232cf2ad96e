/** Users and proxy keys by the command line, with the server stopped. */
import { describe, expect, test } from 'bun:test'
import { cliFolder } from './cli-folder.ts'

interface Minted {
  key: string
  id: number
}

describe('gpt-proxy user', () => {
  test('creates, lists, changes and disables users, given by name or id', async () => {
    using folder = cliFolder()
    const made = await folder.json(['user', 'create', 'alice', '--email', 'alice@example.com'])
    expect(made).toEqual({
      id: 1,
      username: 'alice',
      email: 'alice@example.com',
      role: 'user',
      status: 'active',
      max_in_flight: null,
      monthly_quota_tokens: null,
    })
    expect(
      await folder.json(['user', 'update', '1', '--role', 'admin', '--quota', '5000']),
    ).toMatchObject({ role: 'admin', monthly_quota_tokens: 5000 })
    expect(await folder.cli(['user', 'disable', 'alice'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("'alice' is the last active admin"),
    })
    const root = await folder.json(['user', 'create', 'root2', '--role', 'admin'])
    expect(await folder.json(['user', 'disable', 'alice'])).toMatchObject({ status: 'disabled' })
    expect(
      await folder.json(['user', 'update', 'alice', '--enable', '--quota', 'none']),
    ).toMatchObject({ status: 'active', monthly_quota_tokens: 0 })
    expect(await folder.json(['user', 'list'])).toEqual([
      { ...(made as object), role: 'admin', monthly_quota_tokens: 0 },
      root,
    ])
    const { stdout } = await folder.cli(['user', 'list'])
    expect(stdout.split('\n')[0]).toMatch(/^ID +USERNAME +EMAIL/)
  })

  test('refuses duplicate names, ids as names, and unknown users', async () => {
    using folder = cliFolder()
    await folder.json(['user', 'create', 'alice'])
    expect(await folder.cli(['user', 'create', 'alice'])).toMatchObject({ exitCode: 1, stdout: '' })
    expect(await folder.cli(['user', 'create', '12'])).toMatchObject({ exitCode: 2, stdout: '' })
    expect(await folder.cli(['user', 'update', 'alice'])).toMatchObject({ exitCode: 2, stdout: '' })
    const missing = await folder.cli(['user', 'disable', 'bob'])
    expect(missing).toMatchObject({ exitCode: 4, stdout: '' })
    expect(missing.stderr).toBe(
      "error: there is no user 'bob'. List them with: npx gpt-proxy user list.\n",
    )
  })
})

describe('gpt-proxy key', () => {
  test('shows a new key once, alone on standard output', async () => {
    using folder = cliFolder()
    await folder.json(['user', 'create', 'alice'])
    const { stdout } = await folder.cli([
      'key',
      'create',
      'alice',
      '--model',
      'gpt-4o*',
      '--model',
      'o3',
      '--expires',
      '30d',
    ])
    expect(stdout).toMatch(/^sk-proxy-[0-9A-Za-z]{38}\n$/)
    const [listed] = (await folder.json(['key', 'list', '--user', 'alice'])) as Record<
      string,
      unknown
    >[]
    expect(listed).toMatchObject({
      user: 'alice',
      status: 'active',
      allowed_models: ['gpt-4o*', 'o3'],
      prefix: stdout.slice(0, 15),
    })
    const leftMs = Date.parse(String(listed?.expires_at)) - Date.now()
    expect(Math.round(leftMs / 86_400_000)).toBe(30)
    const everything = JSON.stringify([
      await folder.json(['key', 'list']),
      folder.rows('SELECT * FROM api_keys'),
    ])
    expect(everything).not.toContain(stdout.trim())
  })

  test('keeps the rights of a key that it rotates, and revokes the old one', async () => {
    using folder = cliFolder()
    await folder.json(['user', 'create', 'alice'])
    const old = (await folder.json([
      'key',
      'create',
      'alice',
      '--name',
      'laptop',
      '--model',
      'm',
    ])) as Minted
    const fresh = (await folder.json(['key', 'rotate', String(old.id)])) as Minted
    expect(fresh.key).not.toBe(old.key)
    expect(fresh).toMatchObject({ name: 'laptop', allowed_models: ['m'], status: 'active' })
    const keys = (await folder.json(['key', 'list'])) as { id: number; status: string }[]
    expect(keys.map(({ id, status }) => [id, status])).toEqual([
      [old.id, 'revoked'],
      [fresh.id, 'active'],
    ])
    expect((await folder.cli(['key', 'rotate', String(old.id)])).exitCode).toBe(1)
  })

  test('leaves one line in the audit log for each change, without the key', async () => {
    using folder = cliFolder()
    await folder.json(['user', 'create', 'alice'])
    const { key } = (await folder.json(['key', 'create', 'alice'])) as Minted
    await folder.json(['key', 'revoke', key.slice(0, 15)])
    const log = folder.rows('SELECT actor, action, subject FROM audit_log ORDER BY rowid')
    expect(log).toEqual([
      { actor: 'cli', action: 'user.create', subject: 'user:1' },
      { actor: 'cli', action: 'key.create', subject: 'key:1' },
      { actor: 'cli', action: 'key.revoke', subject: 'key:1' },
    ])
  })

  test.each([
    ['a moment that is gone', ['--expires', '2001-01-31']],
    ['a moment that is none', ['--expires', 'soon']],
    ['a model with a * inside', ['--model', 'gpt*4']],
    ['a name with a line break', ['--name', 'a\nb']],
  ])('refuses %s', async (_, options) => {
    using folder = cliFolder()
    await folder.json(['user', 'create', 'alice'])
    expect(await folder.cli(['key', 'create', 'alice', ...options])).toMatchObject({
      exitCode: 2,
      stdout: '',
    })
    expect(folder.rows('SELECT * FROM api_keys')).toEqual([])
  })

  test('does not print a key that was given as its name', async () => {
    using folder = cliFolder()
    const stranger = `sk-proxy-${'x'.repeat(38)}`
    const { exitCode, stderr } = await folder.cli(['key', 'revoke', stranger])
    expect(exitCode).toBe(4)
    expect(stderr).not.toContain(stranger)
  })
})
