/** The services that the stages of the pipeline use. */
import { createKeyActivity } from '../../../access/key-activity.ts'
import type { createPrometheusMetrics } from '../../../adapters/metrics/prometheus.ts'
import { openLiveChannel } from '../../../adapters/redis/live-channel.ts'
import { createTokenizer } from '../../../adapters/tokenizer/gpt-tokenizer.ts'
import { createUpstreamTransport } from '../../../adapters/upstream/upstream-transport.ts'
import type { Config } from '../../../config.ts'
import { BoundedMap } from '../../../core/bounded-map.ts'
import { trustOf } from '../../../limits/client-address.ts'
import { createDeadlines } from '../../../pipeline/deadlines.ts'
import { upstreamModels } from '../../../pipeline/models/upstream-models.ts'
import type { Services } from '../../../pipeline/services.ts'
import { authorizedTransport } from '../../../providers/authorized-transport.ts'
import { Latencies } from '../../../upstreams/health/latency.ts'
import { createKnownLists } from '../../../upstreams/known-lists.ts'
import { createHedgeBudget, createRetryBudget } from '../../../upstreams/retry-budget.ts'
import type { Transport } from '../../../upstreams/transport.ts'
import type { OpenChannel } from '../../../usage/live/channel.ts'
import { createLive, type Live } from '../../../usage/live/live.ts'
import { createLivePeers, noPeers } from '../../../usage/live/peers.ts'
import { createEndedRequests } from '../../../usage/sinks.ts'
import { createRenewableCredentials } from '../credentials.ts'
import { type DataKey, dataKeyOf } from '../data-key.ts'
import { sha256Hex } from '../digest.ts'
import { publishedPrices } from '../published-prices.ts'
import { createResponseStore } from '../response-store.ts'
import { routingPrices } from '../routing-prices.ts'
import type { GatewayLimits } from './limits.ts'
import type { Sharing } from './sharing.ts'
import type { GatewayParts, GatewayState } from './state.ts'
import { openThoughts } from './thoughts.ts'

/** Clients choose model names, so what is remembered about them is bounded. */
const MAX_USAGE_REFUSERS = 10_000

interface Made {
  state: GatewayState
  limits: GatewayLimits
  metrics: ReturnType<typeof createPrometheusMetrics>
}

export function createServices(parts: GatewayParts, { state, limits, metrics }: Made): Services {
  const { config, store, logger, instanceId, sharing = null } = parts
  const { clock, journal, directory } = state
  const { slots, inFlight, rateLimits } = limits
  const live = createLive(clock.nowMs, sharing?.tally)
  const keyActivity = createKeyActivity()
  const livePeers = peersOf(parts, live, inFlight.count)
  const dataKey = dataKeyOf(store.responses, parts.vault)
  const services: Services = {
    ...state,
    ...{ slots, inFlight, rateLimits, metrics, logger, live, livePeers, sha256Hex },
    ...settingsOf(config),
    latencies: new Latencies(),
    prices: routingPrices(directory, publishedPrices()),
    modelLists: createKnownLists((host, hops) => upstreamModels(services, host, hops)),
    transport: transportOf(parts),
    tokenizer: createTokenizer(),
    keyActivity,
    endedRequests: createEndedRequests({ journal, metrics, logger, live, keyActivity }),
    random: Math.random,
    retryBudget: createRetryBudget(),
    hedgeBudget: createHedgeBudget(config.hedgeShare),
    deadlines: createDeadlines(),
    objects: store.objects,
    responses: responsesOf(parts, dataKey),
    settleNow: (records) => store.settle(records, instanceId),
    usageRefusers: new BoundedMap(MAX_USAGE_REFUSERS),
    thoughts: openThoughts(limits.redis, dataKey, sharing?.thoughts),
  }
  return services
}

function settingsOf(config: Config) {
  return {
    trustsProxy: trustOf(config.trustedProxies),
    resendOnReset: config.upstreamResendOnReset,
    sameTargetRetry: config.sameTargetRetry,
    rescue: { mode: config.streamRescue, charge: config.rescueCharge },
    queue: config.queue,
    forwardHeaders: config.forwardHeaders,
    unknownObjects: config.unknownObjects,
    uploads: new Map(),
    limits: {
      firstByteMs: config.upstreamFirstByteTimeoutMs,
      standbyFirstByteMs: config.upstreamStandbyFirstByteTimeoutMs,
      idleMs: config.upstreamIdleTimeoutMs,
      requestMs: config.requestTimeoutMs,
      clientWriteMs: config.clientWriteTimeoutMs,
      keepAliveMs: config.streamKeepAliveMs,
    },
  }
}

function transportOf({ config, proxyFor, seams = {} }: GatewayParts): Transport {
  const plain = createUpstreamTransport({
    connectTimeoutMs: config.upstreamConnectTimeoutMs,
    http2: config.upstreamHttp2,
    proxyFor,
  })
  const transport = authorizedTransport(
    plain,
    createRenewableCredentials(config, () => Date.now()),
  )
  return seams.transport?.(transport) ?? transport
}

function peersOf({ config, sharing = null }: GatewayParts, live: Live, inFlight: () => number) {
  const open = channelOf(config.redisUrl, sharing)
  const alone = config.database === null ? 'all' : 'own'
  if (open === null) return noPeers(alone)
  // Not the instance's id: data folders are copied, ids with them.
  const instanceId = Bun.randomUUIDv7()
  const peers = createLivePeers({
    live,
    open,
    instanceId,
    inFlight,
    nowMs: () => performance.now(),
  })
  // Without Redis, threads see each other, and no other instance.
  return config.redisUrl === null ? { ...peers, scope: () => alone } : peers
}

/** Null if there is nothing to share. */
function channelOf(url: string | null, sharing: Sharing | null): OpenChannel | null {
  if (url !== null) return (receive) => openLiveChannel({ url, receive })
  return sharing?.openChannel ?? null
}

/** Null if the gateway keeps no responses of its own. */
function responsesOf({ config, store }: GatewayParts, dataKey: DataKey) {
  if (config.responsesStoreMs === null) return null
  return createResponseStore({
    rows: store.responses,
    dataKey,
    lastsMs: config.responsesStoreMs,
    nowMs: () => Date.now(),
  })
}
