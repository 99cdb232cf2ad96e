/** What the environment may say, and what is answered where it may not. */
import { describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError, loadConfig } from './config.ts'

function refusal(environment: Record<string, string>): ConfigError {
  try {
    loadConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('it was taken')
}

const line = (error: ConfigError) => `${error.message} ${error.remedy}`

describe('the environment', () => {
  test('is not needed: every variable has its default', () => {
    const config = loadConfig({})
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8000,
      dataDir: join(process.cwd(), 'data'),
      drainMs: 30_000,
    })
    expect(config).toMatchObject({
      openaiApiKeys: [],
      circuitBreakerCooldownMs: 5_000,
      logLevel: 'info',
    })
    expect(config).toMatchObject({
      upstreamHttp2: true,
      maxBodyBytes: 67_108_864,
      encryptionKey: null,
    })
    expect(Object.isFrozen(config)).toBe(true)
  })

  test('of others is left alone', () => {
    const others = {
      HOSTNAME: 'box',
      SHELL: '/bin/sh',
      AZURE_CLIENT_ID: 'x',
      OPENAI_ORGANIZATION: 'y',
      POSTGRESQL: 'z',
      LOGNAME: 'me',
    }
    expect(loadConfig(others)).toEqual(loadConfig({}))
  })

  test('may hold empty variables, which count as not set', () => {
    expect(loadConfig({ PORT: '', DATABASE_URL: '', OPENAI_API_KEYS: '' })).toEqual(loadConfig({}))
  })

  test('gives keys as a list, each once, from both spellings', () => {
    const { openaiApiKeys } = loadConfig({
      OPENAI_API_KEYS: ' sk-a , sk-b,,sk-a',
      OPENAI_API_KEY: 'sk-c',
    })
    expect(openaiApiKeys).toEqual(['sk-a', 'sk-b', 'sk-c'])
  })

  test('gives deployments as pairs or bare names', () => {
    const azure = { AZURE_API_KEYS: 'k', AZURE_ENDPOINT: 'https://n.openai.azure.com/' }
    const config = loadConfig({ ...azure, AZURE_DEPLOYMENT_NAMES: 'gpt-4o=prod-4o, gpt-4.1' })
    expect(config.azureDeploymentNames).toEqual({ 'gpt-4o': 'prod-4o', 'gpt-4.1': 'gpt-4.1' })
    expect(config.azureEndpoint).toBe('https://n.openai.azure.com')
  })

  test.each(['true', 'TRUE', '1', 'yes', 'Yes'])('takes %s as true', (word) => {
    expect(loadConfig({ UPSTREAM_HTTP2: word }).upstreamHttp2).toBe(true)
  })

  test.each(['false', 'False', '0', 'no', 'NO'])('takes %s as false', (word) => {
    expect(loadConfig({ UPSTREAM_HTTP2: word }).upstreamHttp2).toBe(false)
  })

  test.each([
    ['WARNING', 'warn'],
    ['Debug', 'debug'],
    ['critical', 'fatal'],
  ])('takes the log level %s as %s', (word, level) => {
    expect(loadConfig({ LOG_LEVEL: word }).logLevel as string).toBe(level)
  })
})

describe('a bad variable', () => {
  test.each([
    ['PORT', '80a'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['HOST', 'http://0.0.0.0'],
    ['MAX_BODY_BYTES', '100MB'],
    ['UPSTREAM_HTTP2', 'on?'],
    ['LOG_LEVEL', 'loud'],
    ['UPSTREAM_TYPE', 'google'],
    ['OPENAI_BASE_URL', 'api.openai.com/v1'],
    ['OPENAI_BASE_URL', 'https://user:pass@api.openai.com/v1'],
    ['AZURE_DEPLOYMENT_NAMES', 'a=b=c'],
    ['AZURE_API_VERSION', 'latest'],
  ])('%s=%s is refused by name, with what is expected', (name, value) => {
    const error = refusal({ [name]: value })
    expect(error.variable).toBe(name)
    expect(error.message).toContain(name)
    expect(error.remedy).toMatch(/^Expected: .+\.$/)
    expect(line(error)).not.toContain('\n')
  })

  test.each([
    ['OPENAI_API_KYES', 'OPENAI_API_KEYS'],
    ['CIRCUIT_BREAKER_TRESHOLD', 'CIRCUIT_BREAKER_THRESHOLD'],
    ['data_dir', 'DATA_DIR'],
    ['ENCRYPTION_KEYFILE', 'ENCRYPTION_KEY_FILE'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['LOGLEVEL', 'LOG_LEVEL'],
  ])('name %s is refused, suggesting %s', (name, meant) => {
    const error = refusal({ [name]: 'x' })
    expect(error.variable).toBe(name)
    expect(error.remedy).toBe(`Did you mean ${meant}?`)
  })

  test.each(['UPSTREAM_RETRIES', 'RATE_LIMIT_RPM', 'GPT_PROXY_PORT'])(
    'name %s is refused for its beginning, which is ours',
    (name) => {
      expect(refusal({ [name]: '1' }).message).toBe(`${name} is not a variable of the gateway`)
    },
  )

  test.each([
    [{ REDIS_URL: 'localhost:6379' }, 'REDIS_URL'],
    [{ REDIS_URL: 'redis://h/notadatabase' }, 'REDIS_URL'],
    [{ REDIS_URL: 'redis://h', REDIS_HOST: 'h' }, 'REDIS_HOST'],
    [{ REDIS_PASSWORD: 'secret-9' }, 'REDIS_HOST'],
  ])('Redis by %j is refused for %s', (environment, name) => {
    const error = refusal(environment as Record<string, string>)
    expect(error.variable).toBe(name)
    expect(line(error)).not.toContain('secret-9')
  })

  test.each([
    [{}, null],
    [{ REDIS_URL: 'rediss://:p@h:6380/2' }, 'rediss://:p@h:6380/2'],
    [{ REDIS_HOST: 'h' }, 'redis://h:6379'],
    [
      { REDIS_HOST: '::1', REDIS_PORT: '6390', REDIS_PASSWORD: 'p@/ü' },
      'redis://:p%40%2F%C3%BC@[::1]:6390',
    ],
  ])('Redis by %j is at %s', (environment, url) => {
    expect(loadConfig(environment as Record<string, string>).redisUrl).toBe(url)
  })

  test('that prompts are logged is refused with the reason, that they are not is taken', () => {
    expect(loadConfig({ LOG_PROMPT_BODY: 'no' })).toEqual(loadConfig({}))
    const said = line(refusal({ LOG_PROMPT_BODY: 'true' }))
    expect(said).toContain('never logs prompts: they hold keys')
    expect(said).toContain('set LOG_PROMPT_BODY=false')
  })

  test("a default quota of 0 is none, as a user's own 0 is", () => {
    expect(loadConfig({ DEFAULT_MONTHLY_QUOTA_TOKENS: '0' }).defaultMonthlyQuotaTokens).toBeNull()
    expect(loadConfig({ DEFAULT_MONTHLY_QUOTA_TOKENS: '5' }).defaultMonthlyQuotaTokens).toBe(5)
  })

  test('half of Azure is refused', () => {
    expect(refusal({ AZURE_API_KEYS: 'k' }).variable).toBe('AZURE_ENDPOINT')
    expect(
      refusal({ AZURE_API_KEYS: 'k', AZURE_ENDPOINT: 'https://n.openai.azure.com' }).variable,
    ).toBe('AZURE_DEPLOYMENT_NAMES')
  })
})

describe('the database', () => {
  const ENCRYPTION_KEY = '0123456789abcdef'.repeat(4)

  test('is the embedded store where nothing names another', () => {
    expect(loadConfig({ DB_POOL_SIZE: '3' })).toMatchObject({ database: null, databasePoolSize: 3 })
  })

  test('is named by a URL, or in parts', () => {
    const given = { POSTGRES_HOST: 'db', POSTGRES_PASSWORD: 'p@ss', ENCRYPTION_KEY }
    const { database } = loadConfig(given)
    expect(database).toMatchObject({ host: 'db', port: 5432, user: 'gpt_proxy', password: 'p@ss' })
    const DATABASE_URL = 'postgres://gpt_proxy:p%40ss@db/gpt_proxy'
    expect(loadConfig({ DATABASE_URL, ENCRYPTION_KEY }).database).toEqual(database)
  })

  test.each([
    [{ DATABASE_URL: 'postgres://db', POSTGRES_USER: 'me' }, 'POSTGRES_USER', 'Unset one'],
    [{ POSTGRES_PASSWORD: 'secret' }, 'POSTGRES_HOST', 'Set POSTGRES_HOST'],
    [{ DATABASE_URL: 'postgres://u:secret@db/x?sslmode=prefer' }, 'DATABASE_URL', 'require'],
    [{ POSTGRES_HOST: 'db/x?y' }, 'POSTGRES_HOST', 'a host name'],
  ])('is refused where it is not clear: %j', (given, variable, remedy) => {
    const error = refusal({ ENCRYPTION_KEY, ...given })
    expect(error.variable).toBe(variable)
    expect(line(error)).toContain(remedy)
    expect(line(error)).not.toContain('secret')
  })

  test('needs an encryption key that all instances share', () => {
    const error = refusal({ DATABASE_URL: 'postgres://db' })
    expect(error.variable).toBe('ENCRYPTION_KEY')
    expect(line(error)).toContain('openssl rand -hex 32')
  })
})

describe('a secret', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-config-'))
  const written = (text: string) => {
    const path = join(folder, 'secret')
    writeFileSync(path, text)
    return path
  }
  const dispose = () => rmSync(folder, { recursive: true })

  test('is read from the file that NAME_FILE names', () => {
    const { encryptionKey } = loadConfig({ ENCRYPTION_KEY_FILE: written(`${'0f'.repeat(31)}ee\n`) })
    expect(encryptionKey).toHaveLength(32)
    expect(loadConfig({ OPENAI_API_KEYS_FILE: written('sk-a\nsk-b\n') }).openaiApiKeys).toEqual([
      'sk-a',
      'sk-b',
    ])
    dispose()
  })

  test('is refused if its file is missing or it is given twice', () => {
    expect(refusal({ ENCRYPTION_KEY_FILE: '/nonexistent/key' }).message).toContain(
      '/nonexistent/key',
    )
    expect(refusal({ OPENAI_API_KEY_FILE: '/dev/null' }).message).toContain('empty')
    expect(refusal({ OPENAI_API_KEY: 'a', OPENAI_API_KEY_FILE: '/dev/null' }).message).toContain(
      'both set',
    )
  })

  test.each([
    'ENCRYPTION_KEY',
    'ENCRYPTION_KEYS_OLD',
    'OPENAI_API_KEY',
    'OPENAI_API_KEYS',
    'AZURE_API_KEYS',
    'GPT_PROXY_UPSTREAM_KEY',
  ])('%s is not shown where it is refused', (name) => {
    const error = refusal({ [name]: '"very-secret-Q7x"' })
    expect(error.variable).toBe(name)
    expect(line(error)).not.toContain('very-secret')
  })
})
