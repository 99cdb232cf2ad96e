/** The services of a gateway without sockets, disks or databases; what is kept of requests is in lists. */
import { createKeyActivity } from '../../../src/access/key-activity.ts'
import type { ApiKey, ModelDefinition, UpstreamKey } from '../../../src/core/entities.ts'
import type { Logger } from '../../../src/core/logger.ts'
import type { Clock } from '../../../src/core/time/clock.ts'
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
import { directoryRows, upstreamKey } from './entities.ts'

/** Longer than a test takes on a busy machine; a test about a limit sets its own. */
export const LIMITS: TimeLimits = {
  firstByteMs: 30_000,
  standbyFirstByteMs: 30_000,
  idleMs: 30_000,
  requestMs: 60_000,
  clientWriteMs: 30_000,
  keepAliveMs: 0,
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
  /** Fields of the client's key that are not the usual ones. */
  apiKey?: Partial<ApiKey>
  limits?: Partial<TimeLimits>
  /** Replaces some of the services. */
  services?: Partial<Services>
}

export async function testServices(
  options: ServiceOptions,
): Promise<{ services: Services; kept: Kept }> {
  const kept: Kept = { begun: [], records: [], log: [] }
  const logger = loggerInto(kept)
  const clock = { nowMs: () => Date.now() }
  const metrics = silent<Services['metrics']>()
  const keys = keysOf(options, logger, clock)
  const services: Services = {
    ...keys,
    ...limitsOf(metrics),
    ...storesInto(kept),
    modelLists: silent<Services['modelLists']>(),
    latencies: new Latencies(),
    prices: { ratesOf: () => null, publishedOf: () => null, load: async () => {} },
    transport: options.transport,
    tokenizer: {
      count: async (_, text) => Math.ceil(text.length / 4),
      decode: async (tokens) => (tokens.includes(-1) ? null : String.fromCharCode(...tokens)),
    },
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
    trustsProxy: trustOf([]),
    forwardHeaders: [],
    objects: silent<Services['objects']>(),
    responses: null,
    unknownObjects: 'pass',
    uploads: new Map(),
    resendOnReset: true,
    sameTargetRetry: true,
    rescue: { mode: 'continue', charge: 'answer' },
    ...options.services,
  }
  await keys.directory.reload()
  return { services, kept }
}

function loggerInto({ log }: Kept): Logger {
  const line = (level: string) => (fields: object, message: string) =>
    void log.push({ level, message, fields })
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    requestFinished() {},
  }
}

/** The directory and the health of its upstream keys. */
function keysOf({ upstreams, models, apiKey }: ServiceOptions, logger: Logger, clock: Clock) {
  const rows = directoryRows(upstreams ?? [upstreamKey(1)], models ?? [], apiKey ?? {})
  const store = {
    readDirectory: async () => rows,
    readUpstreamKeys: async () => rows,
    changedSinceLastCall: async () => 'none' as const,
    saveUpstreamStates: async () => {},
    ping: async () => {},
  }
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
  return { health, directory }
}

/** Counters and slots that refuse nothing. */
function limitsOf(metrics: Services['metrics']) {
  const addressOf = createAddressReader([])
  const slots = createSlots({ shared: null, failOpen: true })
  return {
    slots,
    queue: NO_QUEUE,
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
  }
}

/** What is stored of requests goes to the lists. */
function storesInto({
  begun,
  records,
}: Kept): Pick<Services, 'journal' | 'endedRequests' | 'settleNow'> {
  return {
    journal: {
      begin: async (entry: JournalEntry) => void begun.push(entry),
    } as Services['journal'],
    endedRequests: { add: (record) => void records.push(record), flush() {} },
    settleNow: async (ended) => void records.push(...ended),
  }
}

/** For ports that are not used here. */
function silent<Port extends object>(): Port {
  return new Proxy({}, { get: () => () => null }) as Port
}
