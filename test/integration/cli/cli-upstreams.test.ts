/** Upstream keys by the command line: secrets only by standard input or a variable, and never out again. */
import { describe, expect, test } from 'bun:test'
import { PROVIDER_PRESETS } from '../../../src/core/providers/presets.ts'
import { jsonReply, startMockUpstream } from '../../support/mock/mock-upstream.ts'
import { cliFolder } from './cli-folder.ts'

const SECRET = 'sk-test-Qw3rTy8uIoPaSdFg'

describe('gpt-proxy upstream add', () => {
  test('seals the key and shows only its end', async () => {
    using folder = cliFolder()
    const made = await folder.json(
      ['upstream', 'add', 'main', '--model', 'gpt-4o', '--weight', '3'],
      `${SECRET}\n`,
    )
    expect(made).toMatchObject({
      name: 'main',
      provider: 'openai',
      base_url: 'https://api.openai.com/v1',
      key_hint: 'SdFg',
      models: ['gpt-4o'],
      weight: 3,
    })
    const stored = JSON.stringify([
      folder.rows('SELECT * FROM upstream_keys'),
      folder.rows('SELECT * FROM audit_log'),
    ])
    expect(stored).toContain('v1.')
    expect(stored).not.toContain(SECRET)
  })

  test.each([
    ['deepseek', 'https://api.deepseek.com'],
    ['Qwen', 'https://dashscope.aliyuncs.com/compatible-mode/v1'],
    ['llama.cpp', 'http://127.0.0.1:8080/v1'],
  ])('knows the address of %s', async (vendor, base_url) => {
    using folder = cliFolder()
    const made = await folder.json(['upstream', 'add', 'main', '--provider', vendor], SECRET)
    expect(made).toMatchObject({ provider: 'compatible', base_url })
  })

  test('accepts another address of a known vendor', async () => {
    using folder = cliFolder()
    const at = ['--provider', 'ollama', '--base-url', 'http://10.0.0.7:11434/v1']
    expect(await folder.json(['upstream', 'add', 'gpu', ...at], SECRET)).toMatchObject({
      base_url: 'http://10.0.0.7:11434/v1',
    })
  })

  test('reads the key from its variable too', async () => {
    using folder = cliFolder()
    const result = await folder.cli(['upstream', 'add', 'main'], {
      env: { GPT_PROXY_UPSTREAM_KEY: SECRET },
    })
    expect(result.exitCode).toBe(0)
  })

  test.each(['--key', '--api-key', '--secret'])(
    'refuses the key as %s, without repeating it',
    async (option) => {
      using folder = cliFolder()
      for (const words of [[option, SECRET], [`${option}=${SECRET}`]]) {
        const { exitCode, stdout, stderr } = await folder.cli(
          ['upstream', 'add', 'main', ...words],
          { stdin: SECRET },
        )
        expect(exitCode).toBe(2)
        expect(stdout + stderr).not.toContain(SECRET)
      }
    },
  )

  test.each([
    ['no key', 'main', [], ''],
    ['two keys', 'main', [], `${SECRET}\n${SECRET}2`],
    ['a key in quotes', 'main', [], `"${SECRET}"`],
    ['a name of digits', '7', [], SECRET],
    ['a compatible upstream without address', 'main', ['--provider', 'compatible'], SECRET],
    [
      'an azure upstream without deployments',
      'main',
      ['--provider', 'azure', '--base-url', 'https://a.openai.azure.com'],
      SECRET,
    ],
    ['credentials in the address', 'main', ['--base-url', 'https://u:p@example.com'], SECRET],
    ['a query in the address', 'main', ['--base-url', 'https://example.com/v1?key=1'], SECRET],
    ['an address of another protocol', 'main', ['--base-url', 'file:///etc'], SECRET],
    ['an unknown vendor', 'main', ['--provider', 'deepsek'], SECRET],
    ['half a deployment', 'main', ['--deployment', 'gpt-4o='], SECRET],
  ])('refuses %s', async (_, name, options, stdin) => {
    using folder = cliFolder()
    const { exitCode, stdout, stderr } = await folder.cli(['upstream', 'add', name, ...options], {
      stdin,
    })
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(/^error: /)
    expect(stderr).not.toContain(SECRET)
  })
})

describe('an address where clouds hand out credentials', () => {
  test.each([
    'http://169.254.169.254/latest',
    'http://2852039166/v1',
    'http://0xa9fea9fe/v1',
    'http://[::ffff:169.254.169.254]/v1',
    'http://metadata.google.internal/v1',
  ])('%s is refused', async (address) => {
    using folder = cliFolder()
    const { exitCode, stderr } = await folder.cli(
      ['upstream', 'add', 'main', '--provider', 'compatible', '--base-url', address],
      { stdin: SECRET },
    )
    expect(exitCode).toBe(2)
    expect(stderr).toContain('its host is a link-local or metadata address')
    expect(await folder.json(['upstream', 'list'])).toEqual([])
  })

  test('is refused in a variable too', async () => {
    using folder = cliFolder()
    const env = { OPENAI_API_KEYS: SECRET, OPENAI_BASE_URL: 'http://[::ffff:a9fe:a9fe]/v1' }
    const { exitCode, stderr } = await folder.cli(['upstream', 'import'], { env })
    expect(exitCode).toBe(3)
    expect(stderr).toContain('its host is a link-local or metadata address')
  })
})

describe('gpt-proxy upstream import', () => {
  test('adds each key once, however often it is asked', async () => {
    using folder = cliFolder()
    const env = {
      OPENAI_API_KEYS: 'sk-first-key-1,sk-second-key-2',
      OPENAI_API_KEY: 'sk-first-key-1',
      AZURE_API_KEYS: 'azure-key-3333',
      AZURE_ENDPOINT: 'https://a.openai.azure.com/',
      AZURE_DEPLOYMENT_NAMES: 'gpt-4o=prod,o3',
    }
    expect((await folder.cli(['upstream', 'import'], { env })).stdout).toBe('imported  3\n')
    expect((await folder.cli(['upstream', 'import'], { env })).stdout).toBe('imported  0\n')
    const stdin = 'sk-second-key-2\nsk-fourth-key-4\n'
    expect(await folder.json(['upstream', 'import'], stdin)).toEqual({ imported: 1 })
    const keys = (await folder.json(['upstream', 'list'])) as Record<string, unknown>[]
    expect(keys.map(({ name }) => name)).toEqual(['openai-1', 'openai-2', 'azure-1', 'openai-3'])
    expect(keys[2]).toMatchObject({
      base_url: 'https://a.openai.azure.com',
      deployments: { 'gpt-4o': 'prod', o3: 'o3' },
      api_version: '2024-10-21',
    })
  })

  test('reads the keys of other vendors from their usual variables, each for its own address', async () => {
    using folder = cliFolder()
    const env = { DEEPSEEK_API_KEY: 'sk-deepseek-1', GROQ_API_KEY: 'gsk-groq-0001' }
    expect((await folder.cli(['upstream', 'import'], { env })).stdout).toBe('imported  2\n')
    expect((await folder.cli(['upstream', 'import'], { env })).stdout).toBe('imported  0\n')
    const keys = (await folder.json(['upstream', 'list'])) as Record<string, unknown>[]
    expect(keys.map(({ base_url }) => base_url)).toEqual([
      'https://api.deepseek.com',
      'https://api.groq.com/openai/v1',
    ])
  })

  test('reads the key of every preset that has a variable', async () => {
    using folder = cliFolder()
    const presets = Object.entries(PROVIDER_PRESETS).filter(([, { variable }]) => variable !== null)
    const env = Object.fromEntries(
      presets.map(([name, { variable }]) => [variable as string, `sk-of-${name}-0001`]),
    )
    const imported = `imported  ${presets.length}\n`
    expect((await folder.cli(['upstream', 'import'], { env })).stdout).toBe(imported)
    const keys = (await folder.json(['upstream', 'list'])) as Record<string, unknown>[]
    expect(keys.map(({ base_url }) => base_url).sort()).toEqual(
      presets.map(([, { baseUrl }]) => baseUrl as string).sort(),
    )
  })

  test('reads only the keys of UPSTREAM_TYPE if that is set', async () => {
    using folder = cliFolder()
    const env = { OPENAI_API_KEYS: 'sk-first-key-1', UPSTREAM_TYPE: 'azure' }
    expect((await folder.cli(['upstream', 'import'], { env })).stdout).toBe('imported  0\n')
  })
})

describe('gpt-proxy upstream', () => {
  test('tries keys at their upstream and fails where one is refused', async () => {
    using folder = cliFolder()
    const mock = await startMockUpstream({
      script: ({ headers }) =>
        headers.authorization === `Bearer ${SECRET}`
          ? jsonReply(200, { object: 'list', data: [] })
          : jsonReply(401, { error: { message: `no ${headers.authorization}` } }),
    })
    const at = ['--provider', 'compatible', '--base-url', mock.url]
    await folder.json(['upstream', 'add', 'good', ...at], SECRET)
    await folder.json(['upstream', 'add', 'bad', ...at], 'sk-wrong-key-77')
    expect(await folder.json(['upstream', 'test', 'good'])).toMatchObject([
      { name: 'good', ok: true, status: 200 },
    ])
    const { exitCode, stdout } = await folder.cli(['upstream', 'test', '--json'])
    expect(exitCode).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject([
      { name: 'good', ok: true },
      { name: 'bad', ok: false, status: 401 },
    ])
    expect(stdout).not.toContain('sk-wrong-key-77')
    expect(mock.ledger.map(({ method, path }) => `${method} ${path}`)).toContain('GET /v1/models')
    await mock.close()
  })

  test('is disabled, enabled, reset and removed by name or id', async () => {
    using folder = cliFolder()
    await folder.json(['upstream', 'add', 'main'], SECRET)
    expect(await folder.json(['upstream', 'disable', 'main'])).toMatchObject({ status: 'disabled' })
    expect(await folder.json(['upstream', 'enable', '1'])).toMatchObject({ status: 'healthy' })
    folder.rows("UPDATE upstream_keys SET status='invalid', failure_count=4 RETURNING id")
    expect(await folder.json(['upstream', 'enable', 'main'])).toMatchObject({
      status: 'invalid',
      failure_count: 4,
    })
    expect(await folder.json(['upstream', 'reset', 'main'])).toMatchObject({
      status: 'healthy',
      failure_count: 0,
    })
    await folder.json(['upstream', 'remove', 'main'])
    expect((await folder.cli(['upstream', 'remove', 'main'])).exitCode).toBe(4)
    expect(await folder.cli(['upstream', 'list'])).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'none\n',
    })
  })
})
