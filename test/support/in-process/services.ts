/** The services of a gateway without sockets, disks or databases; what is kept of requests is in lists. */
import { createKeyActivity } from '../../../src/access/key-activity.ts'
import { displayPrefix, mintProxyKey } from '../../../src/access/proxy-key.ts'
import type {
  ApiKey,
  DirectoryRows,
  ModelDefinition,
  ModelTarget,
  UpstreamKey,
} from '../../../src/core/entities.ts'
import { createAddressReader, trustOf } from '../../../src/limits/client-address.ts'
import { createInFlight } from '../../../src/limits/in-flight.ts'
import { createMemoryCounters } from '../../../src/limits/memory-counters.ts'
import { createRateLimits } from '../../../src/limits/rate-limits.ts'
import { createSlots } from '../../../src/limits/slots.ts'
import { sha256Hex } from '../../../src/main/compose/digest.ts'
import { createDeadlines } from '../../../src/pipeline/deadlines.ts'
import type { Services, TimeLimits } from '../../../src/pipeline/services.ts'
import { createThoughtMemory } from '../../../src/protocols/translation/thought-memory.ts'
import { createDirectory } from '../../../src/upstreams/directory.ts'
import { createKeyHealth } from '../../../src/upstreams/health/health.ts'
import { Latencies } from '../../../src/upstreams/health/latency.ts'
import { createHedgeBudget, createRetryBudget } from '../../../src/upstreams/retry-budget.ts'
import type { Transport } from '../../../src/upstreams/transport.ts'
import type { JournalEntry } from '../../../src/usage/journal-entry.ts'
import { createLive } from '../../../src/usage/live/live.ts'
import { noPeers } from '../../../src/usage/live/peers.ts'
import type { UsageRecord } from '../../../src/usage/record.ts'

export const PROXY_KEY = mintProxyKey(new Uint8Array(96).fill(7))

export const LIMITS: TimeLimits = {
  firstByteMs: 5_000,
  standbyFirstByteMs: 5_000,
  idleMs: 5_000,
  requestMs: 10_000,
  clientWriteMs: 5_000,
  keepAliveMs: 0,
}

export function upstreamKey(id: number, more: Partial<UpstreamKey> = {}): UpstreamKey {
  return {
    id,
    name: `up-${id}`,
    provider: 'compatible',
    baseUrl: `http://up-${id}.test/v1`,
    encryptedKey: `secret-of-upstream-key-${id}`,
    keyHint: '',
    weight: 1,
    models: ['m'],
    deployments: null,
    headers: null,
    apiVersion: null,
    protocol: null,
    maxInFlight: null,
    tags: [],
    state: {
      status: 'healthy',
      failureCount: 0,
      totalRequests: 0,
      totalErrors: 0,
      cooldownUntilMs: null,
      lastError: null,
    },
    ...more,
  }
}

export function modelTarget(id: number, more: Partial<ModelTarget> = {}): ModelTarget {
  return {
    ...{ upstream: `up-${id}`, model: 'm', priority: id, weight: null, contextTokens: null },
    ...{ maxInFlight: null, mirrorPercent: null, conditions: [] },
    ...more,
  }
}

export function modelOf(
  targets: readonly ModelTarget[],
  more: Partial<ModelDefinition> = {},
): ModelDefinition {
  return {
    ...{ name: 'fast', strategy: 'priority', targets },
    parameters: { default: {}, set: {}, drop: [] },
    ...{ firstTokenMs: null, firstTokenAction: 'replace', fallbackOnFilter: false },
    ...more,
  }
}

const NO_CAP = { max: 0, shared: false }
const NO_QUEUE = { timeoutMs: 0, max: 0 }

export interface Kept {
  begun: JournalEntry[]
  records: UsageRecord[]
  log: { level: string; message: string; fields: object }[]
}

export interface ServiceOptions {
  transport: Transport
  upstreams?: readonly UpstreamKey[]
  models?: readonly ModelDefinition[]
  /** What the client's key has other than usual. */
  apiKey?: Partial<ApiKey>
  limits?: Partial<TimeLimits>
  /** Others than these. */
  services?: Partial<Services>
}

export async function testServices(
  options: ServiceOptions,
): Promise<{ services: Services; kept: Kept }> {
  const kept: Kept = { begun: [], records: [], log: [] }
  const line = (level: string) => (fields: object, message: string) =>
    void kept.log.push({ level, message, fields })
  const logger = {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    requestFinished() {},
  }
  const clock = { nowMs: () => Date.now() }
  const { upstreams = [upstreamKey(1)], models = [], apiKey = {} } = options
  const store = storeOf(upstreams, models, apiKey)
  const rules = { threshold: 5, cooldownMs: 5_000, maxCooldownMs: 60_000 }
  const health = createKeyHealth({ store, clock, logger, rules })
  const vault = { open: (sealed: string) => ({ ok: true as const, secret: sealed }) }
  const directory = createDirectory({
    store,
    vault: vault as unknown as Parameters<typeof createDirectory>[0]['vault'],
    logger,
    onUpstreamKeys: health.adopt,
    onReload() {},
  })
  const addressOf = createAddressReader([])
  const slots = createSlots({ shared: null, failOpen: true })
  const metrics = silent<Services['metrics']>()
  const services: Services = {
    directory,
    health,
    modelLists: silent<Services['modelLists']>(),
    latencies: new Latencies(),
    prices: { ratesOf: () => null, publishedOf: () => null, load: async () => {} },
    transport: options.transport,
    tokenizer: {
      count: async (_, text) => Math.ceil(text.length / 4),
      decode: async (tokens) => (tokens.includes(-1) ? null : String.fromCharCode(...tokens)),
    },
    journal: {
      begin: async (entry: JournalEntry) => void kept.begun.push(entry),
    } as Services['journal'],
    endedRequests: { add: (record) => void kept.records.push(record), flush() {} },
    live: createLive(clock.nowMs),
    livePeers: noPeers('all'),
    keyActivity: createKeyActivity(),
    metrics,
    logger,
    clock,
    sha256Hex,
    random: () => 0,
    retryBudget: createRetryBudget(),
    hedgeBudget: createHedgeBudget(0.1),
    deadlines: createDeadlines(),
    limits: { ...LIMITS, ...options.limits },
    usageRefusers: new Map(),
    thoughts: createThoughtMemory(Date.now),
    quotas: { hold: () => null } as unknown as Services['quotas'],
    rateLimits: createRateLimits({
      enabled: true,
      defaults: { keyRpm: 0, keyTpm: 0, ipRpm: 0, ipTpm: 0 },
      addressOf,
      counters: createMemoryCounters(),
      metrics,
    }),
    inFlight: createInFlight({
      ...{ perKey: NO_CAP, perUser: NO_CAP, perAddress: NO_CAP },
      ...{ queue: NO_QUEUE, slots, addressOf },
    }),
    slots,
    queue: NO_QUEUE,
    trustsProxy: trustOf([]),
    forwardHeaders: [],
    objects: silent<Services['objects']>(),
    responses: null,
    settleNow: async (records) => void kept.records.push(...records),
    unknownObjects: 'pass',
    uploads: new Map(),
    resendOnReset: true,
    sameTargetRetry: true,
    rescue: { mode: 'continue', charge: 'answer' },
    ...options.services,
  }
  await directory.reload()
  return { services, kept }
}

/** For ports that are not used here. */
function silent<Port extends object>(): Port {
  return new Proxy({}, { get: () => () => null }) as Port
}

function storeOf(
  upstreamKeys: readonly UpstreamKey[],
  models: readonly ModelDefinition[],
  apiKey: Partial<ApiKey>,
) {
  const rows: DirectoryRows = {
    models,
    prices: [],
    users: [
      {
        id: 1,
        username: 'ada',
        email: null,
        role: 'user',
        status: 'active',
        monthlyQuotaTokens: null,
        maxInFlight: null,
      },
    ],
    apiKeys: [
      {
        id: 1,
        userId: 1,
        name: 'test',
        prefix: displayPrefix(PROXY_KEY),
        keyHash: sha256Hex(PROXY_KEY),
        status: 'active',
        allowedModels: null,
        rpm: null,
        tpm: null,
        maxInFlight: null,
        priority: 0,
        tags: [],
        strict: false,
        allowedAddresses: null,
        expiresAtMs: null,
        rotatedTo: null,
        createdAtMs: 0,
        ...apiKey,
      },
    ],
    upstreamKeys,
    modelStates: [],
  }
  return {
    readDirectory: async () => rows,
    readUpstreamKeys: async () => rows,
    changedSinceLastCall: async () => 'none' as const,
    saveUpstreamStates: async () => {},
    ping: async () => {},
  }
}
