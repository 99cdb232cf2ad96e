/** The environment, validated into one frozen value. The only reader of variables. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly variable: string
  readonly remedy: string

  constructor(variable: string, message: string, remedy: string) {
    super(message)
    this.variable = variable
    this.remedy = remedy
  }
}

type Environment = Readonly<Record<string, string | undefined>>

const whole = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z.string().regex(/^\d+$/, 'a whole number').transform(Number).pipe(z.number().min(least).max(most))
const flag = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no']))
  .transform((word) => word === 'true' || word === '1' || word === 'yes')
const list = z.string().transform((text) => text.split(/[,\n]/).map((part) => part.trim()).filter(Boolean))
const address = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''))
const encryptionKey = z
  .string()
  .refine((text) => keyBytes(text) !== null, '32 bytes, as 64 hexadecimal digits or as base64, without quotes')
  .transform((text) => keyBytes(text) as Uint8Array)
const deployments = list.transform((pairs) =>
  Object.fromEntries(pairs.map((pair) => {
    const [model = '', deployment] = pair.split(/[=:]/)
    return [model.trim(), (deployment ?? model).trim()]
  })),
)
const logLevel = z
  .string()
  .transform((text) => text.toLowerCase())
  .transform((word) => (word === 'warning' ? 'warn' : word === 'critical' ? 'fatal' : word))
  .pipe(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']))

/** Every variable: how it is read, and what it is where it is not set. docs/configuration.md names the same. */
export const VARIABLES = {
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: whole(0, 65535).default(8000),
  PUBLIC_URL: address.optional(),
  DATA_DIR: z.string().min(1).default('./data'),
  ENCRYPTION_KEY: encryptionKey.optional(),
  ENCRYPTION_KEYS_OLD: list.pipe(z.array(encryptionKey)).default([]),
  UPSTREAM_TYPE: z.enum(['openai', 'azure']).optional(),
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_API_KEYS: list.default([]),
  OPENAI_BASE_URL: address.default('https://api.openai.com/v1'),
  AZURE_ENDPOINT: address.optional(),
  AZURE_API_KEYS: list.default([]),
  AZURE_DEPLOYMENT_NAMES: deployments.default({}),
  AZURE_API_VERSION: z.string().regex(/^\d{4}-\d{2}-\d{2}(-preview)?$/, 'a date such as 2024-10-21').default('2024-10-21'),
  DEFAULT_MONTHLY_QUOTA_TOKENS: whole(1).optional(),
  CIRCUIT_BREAKER_THRESHOLD: whole(1).default(5),
  CIRCUIT_BREAKER_COOLDOWN_SECONDS: whole(1).default(30),
  UPSTREAM_CONNECT_TIMEOUT_MS: whole(10).default(5000),
  UPSTREAM_FIRST_BYTE_TIMEOUT_MS: whole(10).default(600_000),
  UPSTREAM_IDLE_TIMEOUT_MS: whole(10).default(300_000),
  UPSTREAM_RESEND_ON_RESET: flag.default(true),
  UPSTREAM_HTTP2: flag.default(true),
  REQUEST_TIMEOUT_MS: whole(10).default(1_800_000),
  CLIENT_BODY_TIMEOUT_MS: whole(10).default(30_000),
  CLIENT_WRITE_TIMEOUT_MS: whole(10).default(60_000),
  MAX_BODY_BYTES: whole(1024, 1024 ** 3).default(100 * 1024 * 1024),
  DRAIN_SECONDS: whole(0, 3600).default(30),
  LOG_LEVEL: logLevel.default('info'),
  LOG_PROMPT_BODY: flag.default(false),
  RATE_LIMIT_ENABLED: flag.default(false),
} as const

/** Named by the design, not in this version: refused rather than ignored. */
const LATER = [
  ['DATABASE_URL', 'this version stores in DATA_DIR only'],
  ['POSTGRES_HOST', 'this version stores in DATA_DIR only'],
  ['POSTGRES_PORT', 'this version stores in DATA_DIR only'],
  ['POSTGRES_USER', 'this version stores in DATA_DIR only'],
  ['POSTGRES_PASSWORD', 'this version stores in DATA_DIR only'],
  ['POSTGRES_DB', 'this version stores in DATA_DIR only'],
  ['DB_POOL_SIZE', 'this version stores in DATA_DIR only'],
  ['REDIS_URL', 'this version runs as one process'],
  ['REDIS_HOST', 'this version runs as one process'],
  ['REDIS_PORT', 'this version runs as one process'],
  ['REDIS_PASSWORD', 'this version runs as one process'],
  ['RATE_LIMIT_KEY_RPM', 'this version has no rate limits yet'],
  ['RATE_LIMIT_KEY_TPM', 'this version has no rate limits yet'],
  ['RATE_LIMIT_IP_RPM', 'this version has no rate limits yet'],
  ['RATE_LIMIT_IP_TPM', 'this version has no rate limits yet'],
  ['RATE_LIMIT_FAIL_OPEN', 'this version has no rate limits yet'],
  ['TRUSTED_PROXIES', 'this version has no limits by client address yet'],
  ['JOURNAL_SYNC', 'this version has no usage journal yet'],
] as const

const SECRETS = ['ENCRYPTION_KEY', 'ENCRYPTION_KEYS_OLD', 'OPENAI_API_KEY', 'OPENAI_API_KEYS', 'AZURE_API_KEYS'] as const

/** Throws ConfigError for the first thing that is wrong; secrets are never in its message. */
export function loadConfig(environment: Environment) {
  const given = withFiles(environment)
  refuseUnknown(given)
  const value = readVariables(given)
  if (value.LOG_PROMPT_BODY) throw new ConfigError('LOG_PROMPT_BODY', 'LOG_PROMPT_BODY=true is not possible: prompts are never logged', 'Leave it out.')
  if (value.RATE_LIMIT_ENABLED) throw new ConfigError('RATE_LIMIT_ENABLED', 'RATE_LIMIT_ENABLED=true is not possible: this version has no rate limits yet', 'Leave it out.')
  if (value.AZURE_API_KEYS.length > 0 && value.AZURE_ENDPOINT === undefined) {
    throw new ConfigError('AZURE_ENDPOINT', 'AZURE_API_KEYS is set without AZURE_ENDPOINT', 'Set it, e.g. AZURE_ENDPOINT=https://NAME.openai.azure.com')
  }
  return Object.freeze({
    host: value.HOST,
    port: value.PORT,
    publicUrl: value.PUBLIC_URL ?? null,
    dataDir: value.DATA_DIR,
    encryptionKey: value.ENCRYPTION_KEY ?? null,
    encryptionKeysOld: value.ENCRYPTION_KEYS_OLD,
    upstreamType: value.UPSTREAM_TYPE ?? null,
    openaiApiKeys: [...new Set([...value.OPENAI_API_KEYS, ...(value.OPENAI_API_KEY === undefined ? [] : [value.OPENAI_API_KEY])])],
    openaiBaseUrl: value.OPENAI_BASE_URL,
    azureEndpoint: value.AZURE_ENDPOINT ?? null,
    azureApiKeys: value.AZURE_API_KEYS,
    azureDeploymentNames: value.AZURE_DEPLOYMENT_NAMES,
    azureApiVersion: value.AZURE_API_VERSION,
    defaultMonthlyQuotaTokens: value.DEFAULT_MONTHLY_QUOTA_TOKENS ?? null,
    circuitBreakerThreshold: value.CIRCUIT_BREAKER_THRESHOLD,
    circuitBreakerCooldownMs: value.CIRCUIT_BREAKER_COOLDOWN_SECONDS * 1000,
    upstreamConnectTimeoutMs: value.UPSTREAM_CONNECT_TIMEOUT_MS,
    upstreamFirstByteTimeoutMs: value.UPSTREAM_FIRST_BYTE_TIMEOUT_MS,
    upstreamIdleTimeoutMs: value.UPSTREAM_IDLE_TIMEOUT_MS,
    upstreamResendOnReset: value.UPSTREAM_RESEND_ON_RESET,
    upstreamHttp2: value.UPSTREAM_HTTP2,
    requestTimeoutMs: value.REQUEST_TIMEOUT_MS,
    clientBodyTimeoutMs: value.CLIENT_BODY_TIMEOUT_MS,
    clientWriteTimeoutMs: value.CLIENT_WRITE_TIMEOUT_MS,
    maxBodyBytes: value.MAX_BODY_BYTES,
    drainMs: value.DRAIN_SECONDS * 1000,
    logLevel: value.LOG_LEVEL,
  })
}

export type Config = ReturnType<typeof loadConfig>

function readVariables(given: Environment) {
  const parsed = z.object(VARIABLES).safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const variable = String(issue?.path[0] ?? '')
  const shown = (SECRETS as readonly string[]).includes(variable) ? '' : `=${given[variable]}`
  throw new ConfigError(variable, `${variable}${shown} is not usable: expected ${issue?.message ?? 'another value'}`, 'See docs/configuration.md.')
}

/** `NAME_FILE` names a file that holds the secret. An empty variable counts as not set. */
function withFiles(environment: Environment): Record<string, string | undefined> {
  const given: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(environment)) if (value !== '') given[name] = value
  for (const name of SECRETS) {
    const path = given[`${name}_FILE`]
    if (path === undefined) continue
    if (given[name] !== undefined) throw new ConfigError(name, `${name} and ${name}_FILE are both set`, 'Set one of them.')
    try {
      given[name] = readFileSync(path, 'utf8').trim()
    } catch {
      throw new ConfigError(`${name}_FILE`, `${name}_FILE names ${path}, which can't be read`, 'Give the path of a readable file.')
    }
  }
  return given
}

function refuseUnknown(given: Environment): void {
  for (const [name, why] of LATER) {
    if (given[name] !== undefined) throw new ConfigError(name, `${name} is set, but ${why}`, 'Leave it out.')
  }
  const known = Object.keys(VARIABLES)
  for (const name of Object.keys(given)) {
    if (known.includes(name) || SECRETS.some((secret) => name === `${secret}_FILE`)) continue
    const meant = known.find((candidate) => candidate.length > 6 && distanceAtMostTwo(name, candidate))
    if (meant !== undefined) throw new ConfigError(name, `${name} is no variable of the gateway`, `Did you mean ${meant}?`)
  }
}

/** Levenshtein's distance, cut off: a misspelling, not another word. */
function distanceAtMostTwo(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 2) return false
  let above = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const substitution = (above[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1)
      current.push(Math.min(substitution, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    above = current
  }
  return (above[other.length] ?? 3) <= 2
}

function keyBytes(text: string): Uint8Array | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Uint8Array.from(Buffer.from(text, 'hex'))
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'))
  return bytes.length === 32 ? bytes : null
}
