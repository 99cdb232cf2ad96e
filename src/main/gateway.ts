/** Puts the gateway together: configuration and store in, a running app out. */
import { createMemoryCounters } from '../adapters/memory/counters.ts'
import { createWriteBehind } from '../adapters/memory/write-behind.ts'
import { createPrometheusMetrics } from '../adapters/metrics/prometheus.ts'
import { createTokenizer } from '../adapters/tokenizer/gpt-tokenizer.ts'
import { withDemo } from '../adapters/upstream/demo-transport.ts'
import { createUpstreamTransport } from '../adapters/upstream/upstream-transport.ts'
import type { Config } from '../config.ts'
import { createRetryBudget } from '../core/retry.ts'
import { createDeadlines } from '../pipeline/deadlines.ts'
import { createDirectory } from '../pipeline/directory.ts'
import type { Gateway } from '../pipeline/gateway.ts'
import { createPool } from '../pipeline/pool.ts'
import { createRateLimits } from '../pipeline/rate-limits.ts'
import type { KeyStore } from '../ports/key-store.ts'
import type { Logger } from '../ports/logger.ts'
import type { UsageStore } from '../ports/usage-store.ts'
import type { Vault } from '../ports/vault.ts'
import { sha256Hex } from './digest.ts'

/** How often changes made by others are looked for, and changed key states saved. */
const HOUSEKEEPING_MS = 200

export interface RunningGateway {
  gateway: Gateway
  /** Saves all that is still in memory. */
  stop(): Promise<void>
}

interface Parts {
  config: Config
  store: KeyStore & UsageStore
  vault: Vault
  logger: Logger
  /** The outgoing proxy for an origin, from the environment. */
  proxyFor: (origin: string) => string | null
  /** Whose leases and records these are. */
  instanceId: string
}

export async function startGateway({
  config,
  store,
  vault,
  logger,
  proxyFor,
  instanceId,
}: Parts): Promise<RunningGateway> {
  const clock = { nowMs: () => Date.now() }
  const rules = {
    threshold: config.circuitBreakerThreshold,
    cooldownMs: config.circuitBreakerCooldownMs,
  }
  const pool = createPool({ store, clock, logger, rules })
  const directory = createDirectory({ store, vault, logger, onRows: pool.adopt })
  const usageSink = createWriteBehind(store, instanceId, logger)
  const deadlines = createDeadlines()
  const metrics = createPrometheusMetrics()
  const counters = createMemoryCounters()
  const rateLimits = createRateLimits({
    enabled: config.rateLimitEnabled,
    defaults: config.rateLimits,
    trustedProxies: config.trustedProxies,
    counters,
    metrics,
  })
  const transport = createUpstreamTransport({
    connectTimeoutMs: config.upstreamConnectTimeoutMs,
    http2: config.upstreamHttp2,
    proxyFor,
  })
  const gateway: Gateway = {
    directory,
    pool,
    transport: withDemo(transport),
    tokenizer: createTokenizer(),
    usageSink,
    metrics,
    logger,
    clock,
    sha256Hex,
    random: Math.random,
    retryBudget: createRetryBudget(),
    resendOnReset: config.upstreamResendOnReset,
    deadlines,
    rateLimits,
    limits: {
      firstByteMs: config.upstreamFirstByteTimeoutMs,
      idleMs: config.upstreamIdleTimeoutMs,
      requestMs: config.requestTimeoutMs,
      clientWriteMs: config.clientWriteTimeoutMs,
    },
  }
  await directory.reload()

  let housekeeping: Promise<void> = Promise.resolve()
  const keepHouse = async () => {
    // First what others changed, so that saving does not write over it.
    await directory.reloadIfChanged()
    await pool.save()
  }
  const timer = setInterval(() => {
    housekeeping = housekeeping.then(keepHouse)
  }, HOUSEKEEPING_MS)

  return {
    gateway,
    async stop() {
      clearInterval(timer)
      await housekeeping
      await pool.save()
      usageSink.stop()
      await usageSink.flush()
      deadlines.stop()
      await counters.stop()
    },
  }
}
