/** The environment, validated into one frozen value. */
import { resolve } from 'node:path'
import { z } from 'zod'
import { cloudsOf } from './config/clouds.ts'
import { ConfigError } from './config/config-error.ts'
import { databaseOf, refuseUnclearDatabase } from './config/database.ts'
import { type Environment, givenVariables } from './config/environment.ts'
import { type OutgoingProxies, outgoingProxiesOf } from './config/outgoing-proxies.ts'
import { redisUrlOf, refuseUnclearRedis } from './config/redis.ts'
import { singleSignOnOf } from './config/single-sign-on.ts'
import { HIDDEN, VARIABLES } from './config/variables.ts'
import { PRESET_VARIABLES } from './core/providers/presets.ts'
import { importsFromVariables } from './core/providers/providers.ts'

export { ConfigError, VARIABLES }

export type Config = Readonly<ReturnType<typeof configOf>>
type Values = z.output<typeof SCHEMA>

const SCHEMA = z.object(VARIABLES)

/** Throws ConfigError for the first thing that is wrong. */
export function loadConfig(environment: Environment): Config {
  const given = givenVariables(environment)
  const values = readValues(given)
  refusePromptLog(values)
  refuseUnclearDatabase(values, given)
  refuseUnclearRedis(values, given)
  refuseHalfAzure(values)
  return Object.freeze(configOf(values, outgoingProxiesOf(environment)))
}

function readValues(given: Record<string, string>): Values {
  // Once per process: code made for it costs more than it saves.
  const parsed = SCHEMA.safeParse(given, { jitless: true })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const name = String(issue?.path[0] ?? '')
  const shown = HIDDEN.includes(name) ? '' : `=${JSON.stringify(given[name])}`
  const item = typeof issue?.path[1] === 'number' ? ` (item ${issue.path[1] + 1})` : ''
  throw new ConfigError(
    name,
    `${name}${shown} is not usable${item}`,
    `Expected: ${issue?.message ?? 'another value'}.`,
  )
}

/** Not overlooked: who turns it on would believe that there are logs. */
function refusePromptLog(values: Values): void {
  if (values.LOG_PROMPT_BODY) {
    throw new ConfigError(
      'LOG_PROMPT_BODY',
      'LOG_PROMPT_BODY is on, but the gateway never logs prompts: they hold keys and personal data of others',
      'Unset it or set LOG_PROMPT_BODY=false; record prompts where they are made, with the x-request-id of the reply.',
    )
  }
}

/** An Azure key without an address or without deployments could never serve a request. */
function refuseHalfAzure(values: Values): void {
  if (values.AZURE_API_KEYS.length === 0 && values.AZURE_API_KEY === undefined) return
  if (!importsFromVariables('azure', values.UPSTREAM_TYPE ?? null)) return
  if (values.AZURE_ENDPOINT === undefined) {
    throw new ConfigError(
      'AZURE_ENDPOINT',
      'Azure keys are set without AZURE_ENDPOINT',
      'Set it, e.g. AZURE_ENDPOINT=https://NAME.openai.azure.com',
    )
  }
  if (Object.keys(values.AZURE_DEPLOYMENT_NAMES).length === 0) {
    throw new ConfigError(
      'AZURE_DEPLOYMENT_NAMES',
      'Azure keys are set without AZURE_DEPLOYMENT_NAMES',
      'Set it, e.g. AZURE_DEPLOYMENT_NAMES=gpt-4o=my-deployment',
    )
  }
}

/** The keys of other vendors, each with the address that it is for. */
function presetKeysOf(values: Values): readonly { baseUrl: string; key: string }[] {
  return PRESET_VARIABLES.flatMap(({ variable, baseUrl }) => {
    const key = values[variable]
    return key === undefined ? [] : [{ baseUrl, key }]
  })
}

function configOf(values: Values, outgoingProxies: OutgoingProxies) {
  return {
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.PUBLIC_URL ?? null,
    adminListen: values.ADMIN_LISTEN ?? null,
    threads: values.THREADS,
    oidc: singleSignOnOf(values),
    usageRetentionDays: values.USAGE_RETENTION_DAYS,
    dataDir: resolve(values.DATA_DIR),
    database: databaseOf(values),
    databasePoolSize: values.DB_POOL_SIZE,
    redisUrl: redisUrlOf(values),
    encryptionKey: values.ENCRYPTION_KEY ?? null,
    encryptionKeysOld: values.ENCRYPTION_KEYS_OLD,
    upstreamType: values.UPSTREAM_TYPE ?? null,
    ...providerKeysOf(values),
    ...limitsOf(values),
    ...servingOf(values),
    outgoingProxies,
    logLevel: values.LOG_LEVEL,
  }
}

/** What is imported at the start. */
function providerKeysOf(values: Values) {
  return {
    openaiApiKeys: together(values.OPENAI_API_KEYS, values.OPENAI_API_KEY),
    openaiBaseUrl: values.OPENAI_BASE_URL,
    azureEndpoint: values.AZURE_ENDPOINT ?? null,
    azureApiKeys: together(values.AZURE_API_KEYS, values.AZURE_API_KEY),
    azureDeploymentNames: values.AZURE_DEPLOYMENT_NAMES,
    azureApiVersion: values.AZURE_API_VERSION,
    presetKeys: presetKeysOf(values),
    ...cloudsOf(values),
  }
}

/** Quotas, breakers, timeouts, sizes and rates. */
function limitsOf(values: Values) {
  return {
    defaultMonthlyQuotaTokens: values.DEFAULT_MONTHLY_QUOTA_TOKENS || null,
    circuitBreakerThreshold: values.CIRCUIT_BREAKER_THRESHOLD,
    circuitBreakerCooldownMs: values.CIRCUIT_BREAKER_COOLDOWN_SECONDS * 1000,
    upstreamConnectTimeoutMs: values.UPSTREAM_CONNECT_TIMEOUT_MS,
    upstreamFirstByteTimeoutMs: values.UPSTREAM_FIRST_BYTE_TIMEOUT_MS,
    upstreamStandbyFirstByteTimeoutMs: values.UPSTREAM_STANDBY_FIRST_BYTE_TIMEOUT_MS,
    upstreamIdleTimeoutMs: values.UPSTREAM_IDLE_TIMEOUT_MS,
    requestTimeoutMs: values.REQUEST_TIMEOUT_MS,
    clientBodyTimeoutMs: values.CLIENT_BODY_TIMEOUT_MS,
    clientWriteTimeoutMs: values.CLIENT_WRITE_TIMEOUT_MS,
    maxBodyBytes: values.MAX_BODY_BYTES,
    maxUploadBytes: values.MAX_UPLOAD_BYTES,
    bodyMemoryBytes: values.BODY_MEMORY_BYTES,
    maxInFlight: {
      perKey: sharedCap(values.MAX_IN_FLIGHT_PER_KEY, PROTECTION),
      perUser: sharedCap(values.MAX_IN_FLIGHT_PER_USER, 0),
      perAddress: sharedCap(values.MAX_IN_FLIGHT_PER_IP, 0),
    },
    queue: { timeoutMs: values.QUEUE_TIMEOUT_MS, max: values.QUEUE_MAX },
    hedgeShare: values.HEDGE_MAX_PERCENT / 100,
    rateLimitEnabled: values.RATE_LIMIT_ENABLED,
    rateLimits: {
      keyRpm: values.RATE_LIMIT_KEY_RPM,
      keyTpm: values.RATE_LIMIT_KEY_TPM,
      ipRpm: values.RATE_LIMIT_IP_RPM,
      ipTpm: values.RATE_LIMIT_IP_TPM,
    },
    rateLimitFailOpen: values.RATE_LIMIT_FAIL_OPEN,
  }
}

/** How requests are served, and what is kept of them. */
function servingOf(values: Values) {
  return {
    upstreamResendOnReset: values.UPSTREAM_RESEND_ON_RESET,
    sameTargetRetry: values.SAME_TARGET_RETRY,
    streamRescue: values.STREAM_RESCUE,
    rescueCharge: values.RESCUE_CHARGE,
    upstreamHttp2: values.UPSTREAM_HTTP2,
    streamKeepAliveMs: values.STREAM_KEEPALIVE_MS,
    drainMs: values.DRAIN_SECONDS * 1000,
    drainNoticeMs: values.DRAIN_NOTICE_MS,
    drainIdleMs: values.DRAIN_IDLE_MS,
    trustedProxies: values.TRUSTED_PROXIES,
    corsAllowOrigins: values.CORS_ALLOW_ORIGINS,
    batchCheckMs: values.BATCH_CHECK_SECONDS * 1000,
    responsesStoreMs: values.RESPONSES_STORE ? values.RESPONSES_STORE_DAYS * 86_400_000 : null,
    unknownObjects: values.UNKNOWN_OBJECTS,
    forwardHeaders: values.FORWARD_HEADERS,
    journalSync: values.JOURNAL_SYNC,
  }
}

/** Protects an instance from one key, and is worth no question to Redis before each request. */
const PROTECTION = 5000

/** What an operator sets holds for all instances together. */
function sharedCap(given: number | undefined, otherwise: number) {
  return { max: given ?? otherwise, shared: given !== undefined }
}

function together(several: readonly string[], single: string | undefined): string[] {
  return [...new Set(single === undefined ? several : [...several, single])]
}
