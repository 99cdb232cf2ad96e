/** Every variable: how it is read and what it is where it is not set. docs/configuration.md names the same. */
import { z } from 'zod'
import { DEFAULT_NAME, DEFAULT_PORT } from '../core/database-address.ts'
import { PRESET_VARIABLES, type PresetVariable } from '../core/provider-presets.ts'
import {
  address,
  cidrs,
  databaseUrl,
  deployments,
  encryptionKey,
  encryptionKeys,
  flag,
  headerNames,
  logLevel,
  origins,
  redisUrl,
  text,
  upstreamSecret,
  upstreamSecrets,
  whole,
} from './values.ts'

const PRESET_NAMES = PRESET_VARIABLES.map(({ variable }) => variable)
const optionalSecret = upstreamSecret.optional()
/** The variables in which users of other vendors keep their keys. */
const PRESET_KEYS = Object.fromEntries(
  PRESET_NAMES.map((name) => [name, optionalSecret]),
) as Readonly<Record<PresetVariable, typeof optionalSecret>>

export const VARIABLES = {
  HOST: text(/^[^\s/]+$/, 'a host name or IP address alone, e.g. 127.0.0.1').default('127.0.0.1'),
  PORT: whole(0, 65_535).default(8000),
  PUBLIC_URL: address.optional(),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: databaseUrl.optional(),
  POSTGRES_HOST: text(
    /^[^\s@?#]+$/,
    'a host name, an IP address or the folder of a socket',
  ).optional(),
  POSTGRES_PORT: whole(1, 65_535).default(DEFAULT_PORT),
  POSTGRES_USER: z.string().default(DEFAULT_NAME),
  POSTGRES_PASSWORD: z.string().optional(),
  POSTGRES_DB: z.string().default(DEFAULT_NAME),
  DB_POOL_SIZE: whole(1, 1000).default(10),
  REDIS_URL: redisUrl.optional(),
  REDIS_HOST: text(/^[^\s/@?#]+$/, 'a host name or an IP address').optional(),
  REDIS_PORT: whole(1, 65_535).default(6379),
  REDIS_PASSWORD: z.string().optional(),
  ENCRYPTION_KEY: encryptionKey.optional(),
  ENCRYPTION_KEYS_OLD: encryptionKeys.default([]),
  UPSTREAM_TYPE: z.enum(['openai', 'azure'], 'openai or azure').optional(),
  OPENAI_API_KEY: upstreamSecret.optional(),
  OPENAI_API_KEYS: upstreamSecrets.default([]),
  OPENAI_BASE_URL: address.default('https://api.openai.com/v1'),
  AZURE_ENDPOINT: address.optional(),
  AZURE_API_KEY: upstreamSecret.optional(),
  AZURE_API_KEYS: upstreamSecrets.default([]),
  AZURE_DEPLOYMENT_NAMES: deployments.default({}),
  AZURE_API_VERSION: text(/^\d{4}-\d{2}-\d{2}(-preview)?$/, 'a version such as 2024-10-21').default(
    '2024-10-21',
  ),
  ...PRESET_KEYS,
  DEFAULT_MONTHLY_QUOTA_TOKENS: whole(0).optional(),
  CIRCUIT_BREAKER_THRESHOLD: whole(1).default(5),
  CIRCUIT_BREAKER_COOLDOWN_SECONDS: whole(1, 86_400).default(5),
  UPSTREAM_CONNECT_TIMEOUT_MS: whole(10).default(5000),
  UPSTREAM_FIRST_BYTE_TIMEOUT_MS: whole(10).default(600_000),
  UPSTREAM_STANDBY_FIRST_BYTE_TIMEOUT_MS: whole(10).default(30_000),
  UPSTREAM_IDLE_TIMEOUT_MS: whole(10).default(300_000),
  UPSTREAM_RESEND_ON_RESET: flag.default(true),
  UPSTREAM_HTTP2: flag.default(true),
  REQUEST_TIMEOUT_MS: whole(10).default(1_800_000),
  CLIENT_BODY_TIMEOUT_MS: whole(10).default(30_000),
  CLIENT_WRITE_TIMEOUT_MS: whole(10).default(60_000),
  STREAM_KEEPALIVE_MS: whole(0).default(0),
  MAX_BODY_BYTES: whole(1024, 1024 ** 3).default(64 * 1024 * 1024),
  MAX_UPLOAD_BYTES: whole(1024).default(8 * 1024 ** 3),
  BODY_MEMORY_BYTES: whole(1024 ** 2).default(512 * 1024 * 1024),
  MAX_IN_FLIGHT_PER_KEY: whole(0).default(5000),
  MAX_IN_FLIGHT_PER_IP: whole(0).default(0),
  DRAIN_SECONDS: whole(0, 3600).default(30),
  DRAIN_NOTICE_MS: whole(0, 600_000).default(1000),
  DRAIN_IDLE_MS: whole(0, 600_000).default(3000),
  TRUSTED_PROXIES: cidrs.default([]),
  CORS_ALLOW_ORIGINS: origins.default([]),
  FORWARD_HEADERS: headerNames.default([
    'openai-beta',
    'idempotency-key',
    'traceparent',
    'tracestate',
    'http-referer',
    'x-title',
  ]),
  UNKNOWN_OBJECTS: z.enum(['pass', 'refuse'], 'pass or refuse').default('pass'),
  BATCH_CHECK_SECONDS: whole(1, 86_400).default(60),
  JOURNAL_SYNC: z
    .enum(['always', 'interval', 'off'], 'always, interval or off')
    .default('interval'),
  LOG_LEVEL: logLevel.default('info'),
  LOG_PROMPT_BODY: flag.default(false),
  RATE_LIMIT_ENABLED: flag.default(true),
  RATE_LIMIT_KEY_RPM: whole(0).default(0),
  RATE_LIMIT_KEY_TPM: whole(0).default(0),
  RATE_LIMIT_IP_RPM: whole(0).default(0),
  RATE_LIMIT_IP_TPM: whole(0).default(0),
  RATE_LIMIT_FAIL_OPEN: flag.default(true),
  /** Read by `upstream add` and `upstream import` themselves. */
  GPT_PROXY_UPSTREAM_KEY: upstreamSecret.optional(),
} as const

/** Each can also be read from the file that NAME_FILE names. */
export const SECRETS = [
  'DATABASE_URL',
  'POSTGRES_PASSWORD',
  'REDIS_URL',
  'REDIS_PASSWORD',
  'ENCRYPTION_KEY',
  'ENCRYPTION_KEYS_OLD',
  'OPENAI_API_KEY',
  'OPENAI_API_KEYS',
  'AZURE_API_KEY',
  'AZURE_API_KEYS',
  ...PRESET_NAMES,
] as const satisfies readonly (keyof typeof VARIABLES)[]

/** Their values appear in no message. */
export const HIDDEN: readonly string[] = [...SECRETS, 'GPT_PROXY_UPSTREAM_KEY']
