/** Assembles the gateway: configuration and store in, a running app out. */

import { version } from '../../../package.json'
import type { JournalFiles } from '../../adapters/journal/files.ts'
import { type DiskJournal, openJournal } from '../../adapters/journal/journal.ts'
import { createPrometheusMetrics } from '../../adapters/metrics/prometheus.ts'
import { createRedisCounters } from '../../adapters/redis/counters.ts'
import { createRedisSlots } from '../../adapters/redis/slots.ts'
import { createTokenizer } from '../../adapters/tokenizer/gpt-tokenizer.ts'
import { createUpstreamTransport } from '../../adapters/upstream/upstream-transport.ts'
import type { Config } from '../../config.ts'
import { BoundedMap } from '../../core/bounded-map.ts'
import type { Logger } from '../../core/logger.ts'
import { createAddressReader, trustOf } from '../../limits/client-address.ts'
import { createInFlight } from '../../limits/in-flight.ts'
import { createMemoryCounters } from '../../limits/memory-counters.ts'
import { createRateLimits } from '../../limits/rate-limits.ts'
import { createSlots } from '../../limits/slots.ts'
import type { ObjectStore } from '../../passthrough/objects.ts'
import type { ResponseRows } from '../../passthrough/response-store.ts'
import { createDeadlines } from '../../pipeline/deadlines.ts'
import { checkKeys } from '../../pipeline/models/check-keys.ts'
import { upstreamModels } from '../../pipeline/models/upstream-models.ts'
import type { Services } from '../../pipeline/services.ts'
import { createThoughtMemory } from '../../protocols/translation/thought-memory.ts'
import { authorizedTransport } from '../../providers/authorized-transport.ts'
import type { QuotaLedger } from '../../quota/ledger.ts'
import { createQuotas, type Quotas } from '../../quota/quota.ts'
import { createDirectory } from '../../upstreams/directory.ts'
import { createKeyHealth } from '../../upstreams/health/health.ts'
import { Latencies } from '../../upstreams/health/latency.ts'
import type { KeyStore } from '../../upstreams/key-store.ts'
import { createKnownLists } from '../../upstreams/known-lists.ts'
import { createHedgeBudget, createRetryBudget } from '../../upstreams/retry-budget.ts'
import type { Transport } from '../../upstreams/transport.ts'
import type { Vault } from '../../upstreams/vault.ts'
import { createLive } from '../../usage/live.ts'
import { createEndedRequests } from '../../usage/sinks.ts'
import type { UsageStore } from '../../usage/store.ts'
import { startBatchCharging } from './batch-charging.ts'
import { createCredentials } from './credentials.ts'
import { sha256Hex } from './digest.ts'
import type { HeldFolder } from './journal-folder.ts'
import { publishedPrices } from './published-prices.ts'
import { createResponseStore, startForgetting } from './response-store.ts'
import { routingPrices } from './routing-prices.ts'

/** The interval for detecting changes made by others and for saving changed key states. */
const HOUSEKEEPING_MS = 200
/** The maximum cooldown of a breaker. */
const MAX_COOLDOWN_MS = 60_000
/** How long startup waits for records that an earlier process left. */
const RECOVERY_WAIT_MS = 1_000
/** Leases are kept this long after a user's last request, because the database may be unavailable at the next one. */
const IDLE_TICKS = 600_000 / HOUSEKEEPING_MS
/** Often enough that LEASE_LASTS_MS covers ten minutes without the database. */
const RENEWAL_TICKS = 120_000 / HOUSEKEEPING_MS
/** How long shutdown waits for an unavailable store; the journal keeps what was not stored. */
const STORE_PATIENCE_MS = 3_000

/** Clients choose model names, so what is remembered about them is bounded. */
const MAX_USAGE_REFUSERS = 10_000

export interface RunningGateway {
  gateway: Services
  /** Saves everything still in memory. False if some of it waits in the journal for the next start. */
  stop(): Promise<boolean>
}

/** The gateway's connections to the outside; tests may replace them. */
export interface Seams {
  journalFiles?: JournalFiles
  segmentBytes?: number
  store?: (store: UsageStore) => UsageStore
  transport?: (transport: Transport) => Transport
}

interface Parts {
  config: Config
  store: KeyStore & UsageStore & { objects: ObjectStore; responses: ResponseRows }
  vault: Vault
  logger: Logger
  /** The outgoing proxy for an origin, from the environment. */
  proxyFor: (origin: string) => string | null
  /** The instance that owns these leases and records. */
  instanceId: string
  /** null: nothing is reserved, only recorded. */
  quotaLedger: QuotaLedger | null
  /** True if no other process uses the store. */
  journalFolder: string
  /** Journals of processes that no longer exist. */
  orphans?: Iterable<HeldFolder>
  seams?: Seams
}

export async function startGateway({
  config,
  store,
  vault,
  logger,
  proxyFor,
  instanceId,
  quotaLedger,
  journalFolder,
  orphans = [],
  seams = {},
}: Parts): Promise<RunningGateway> {
  const clock = { nowMs: () => Date.now() }
  const rules = {
    threshold: config.circuitBreakerThreshold,
    cooldownMs: config.circuitBreakerCooldownMs,
    maxCooldownMs: MAX_COOLDOWN_MS,
  }
  const health = createKeyHealth({ store, clock, logger, rules })
  const recovering = Promise.withResolvers<unknown>()
  const quotas =
    quotaLedger === null
      ? NO_QUOTAS
      : createQuotas({
          ledger: quotaLedger,
          instanceId,
          defaultTokens: config.defaultMonthlyQuotaTokens,
          // A single instance leases everything left of a quota, one of several leases a quarter of it.
          divisor: config.database === null ? 1 : 4,
          idleTicks: IDLE_TICKS,
          renewalTicks: RENEWAL_TICKS,
          ready: recovering.promise,
        })
  const directory = createDirectory({
    store,
    vault,
    logger,
    onUpstreamKeys: health.adopt,
    onReload() {
      quotas.changed()
      inFlight.endOthersThan(({ key }) => directory.findCaller(key.keyHash) !== null)
    },
  })
  const journal = openJournal({
    folder: journalFolder,
    sync: config.journalSync,
    store: quotas.watch(seams.store?.(store) ?? store),
    instanceId,
    logger,
    ...(seams.journalFiles && { files: seams.journalFiles }),
    ...(seams.segmentBytes && { segmentBytes: seams.segmentBytes }),
  })
  recovering.resolve(journal.recovered)
  const deadlines = createDeadlines()
  const metrics = createPrometheusMetrics(version)
  const local = createMemoryCounters()
  const counters =
    config.redisUrl === null
      ? local
      : createRedisCounters({
          url: config.redisUrl,
          local,
          failOpen: config.rateLimitFailOpen,
          logger,
          metrics,
        })
  const sharedSlots = 'connection' in counters ? createRedisSlots(counters.connection) : null
  const slots = createSlots({ shared: sharedSlots, failOpen: config.rateLimitFailOpen })
  const addressOf = createAddressReader(config.trustedProxies)
  const inFlight = createInFlight({
    ...config.maxInFlight,
    queue: config.queue,
    slots,
    addressOf,
  })
  const rateLimits = createRateLimits({
    enabled: config.rateLimitEnabled,
    defaults: config.rateLimits,
    addressOf,
    counters,
    metrics,
  })
  const plainTransport = createUpstreamTransport({
    connectTimeoutMs: config.upstreamConnectTimeoutMs,
    http2: config.upstreamHttp2,
    proxyFor,
  })
  const credentials = createCredentials(config, () => Date.now())
  const transport = authorizedTransport(plainTransport, credentials)
  metrics.watchJournal(journal.health)
  metrics.watchWaiting(slots.waiting)
  metrics.watchUpstreams(() =>
    directory.allUpstreams().map(({ key }) => ({
      name: key.name,
      provider: key.provider,
      state: (health.state(key.id) ?? key.state).status,
    })),
  )
  const live = createLive(clock.nowMs)
  const responses =
    config.responsesStoreMs === null
      ? null
      : createResponseStore({
          rows: store.responses,
          vault,
          lastsMs: config.responsesStoreMs,
          nowMs: clock.nowMs,
        })
  const endedRequests = createEndedRequests({ journal, metrics, logger, live })
  const gateway: Services = {
    directory,
    health,
    latencies: new Latencies(),
    prices: routingPrices(directory, publishedPrices()),
    modelLists: createKnownLists((host) => upstreamModels(gateway, host)),
    transport: seams.transport?.(transport) ?? transport,
    tokenizer: createTokenizer(),
    journal,
    endedRequests,
    live,
    trustsProxy: trustOf(config.trustedProxies),
    metrics,
    logger,
    clock,
    sha256Hex,
    random: Math.random,
    retryBudget: createRetryBudget(),
    hedgeBudget: createHedgeBudget(config.hedgeShare),
    resendOnReset: config.upstreamResendOnReset,
    rescue: { mode: config.streamRescue, charge: config.rescueCharge },
    deadlines,
    quotas,
    rateLimits,
    inFlight,
    slots,
    queue: config.queue,
    forwardHeaders: config.forwardHeaders,
    objects: store.objects,
    responses,
    settleNow: (records) => store.settle(records, instanceId),
    unknownObjects: config.unknownObjects,
    usageRefusers: new BoundedMap(MAX_USAGE_REFUSERS),
    thoughts: createThoughtMemory(Date.now),
    limits: {
      firstByteMs: config.upstreamFirstByteTimeoutMs,
      standbyFirstByteMs: config.upstreamStandbyFirstByteTimeoutMs,
      idleMs: config.upstreamIdleTimeoutMs,
      requestMs: config.requestTimeoutMs,
      clientWriteMs: config.clientWriteTimeoutMs,
      keepAliveMs: config.streamKeepAliveMs,
    },
  }
  await directory.reload()
  if ('triedOnce' in counters) await counters.triedOnce
  // Usually done within milliseconds; if the store is unavailable, it continues concurrently with requests.
  const recovered = Promise.all([journal.recovered, adoptAll(orphans, journal)])
  await Promise.race([recovered, Bun.sleep(RECOVERY_WAIT_MS)])

  /** null between two rounds: a round that waits for the database is not started again. */
  let housekeeping: Promise<void> | null = null
  const runMaintenance = async () => {
    // Load the changes of others first, so that saving does not overwrite them.
    await directory.reloadIfChanged()
    await health.save()
    checkKeys(gateway)
  }
  const timer = setInterval(() => {
    // Runs concurrently, because leases expire even while maintenance waits for the database.
    quotas.tick()
    housekeeping ??= runMaintenance().finally(() => {
      housekeeping = null
    })
  }, HOUSEKEEPING_MS)

  const stopForgetting = startForgetting(responses, logger)
  const batches = startBatchCharging(gateway, config.batchCheckMs)

  return {
    gateway,
    async stop() {
      clearInterval(timer)
      stopForgetting()
      await forAtMost(STORE_PATIENCE_MS, batches.stop())
      endedRequests.flush()
      // What is not saved are counters and statuses, which the next failure restores.
      await forAtMost(STORE_PATIENCE_MS, Promise.resolve(housekeeping).then(health.save))
      const drained = await journal.stop(STORE_PATIENCE_MS)
      await forAtMost(STORE_PATIENCE_MS, quotas.stop())
      deadlines.stop()
      sharedSlots?.stop()
      await counters.stop()
      return drained
    },
  }
}

async function adoptAll(orphans: Iterable<HeldFolder>, journal: DiskJournal): Promise<void> {
  for (const folder of orphans) {
    if (await journal.adopt(folder.path)) folder.remove()
    else folder.release()
  }
}

async function forAtMost(ms: number, work: Promise<void>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([work, late])
  clearTimeout(timer)
}

const NO_QUOTAS: Quotas = {
  hold: () => null,
  settle() {},
  release() {},
  remaining: () => 0,
  watch: (store) => store,
  changed() {},
  tick() {},
  stop: async () => {},
}
