/** What limits clients: rate limits, slots, and requests in flight; shared through Redis if it is configured. */
import type { createPrometheusMetrics } from '../../../adapters/metrics/prometheus.ts'
import { createRedisCounters } from '../../../adapters/redis/counters.ts'
import { createRedisSlots } from '../../../adapters/redis/slots.ts'
import { createSharedSlotCounts } from '../../../adapters/shared-memory/shared-slot-counts.ts'
import { createSharedWindows } from '../../../adapters/shared-memory/shared-windows.ts'
import { createAddressReader } from '../../../limits/client-address.ts'
import { createInFlight } from '../../../limits/in-flight.ts'
import { createMemoryCounters } from '../../../limits/memory-counters.ts'
import { createRateLimits } from '../../../limits/rate-limits.ts'
import { createSlots } from '../../../limits/slots.ts'
import type { GatewayParts } from './state.ts'

export type GatewayLimits = ReturnType<typeof openLimits>

export function openLimits(
  { config, logger, sharing = null }: GatewayParts,
  metrics: ReturnType<typeof createPrometheusMetrics>,
) {
  const { redisUrl: url, rateLimitFailOpen: failOpen } = config
  const local =
    sharing === null
      ? createMemoryCounters()
      : createMemoryCounters(sharing.nowMs, createSharedWindows(sharing.memory))
  const counters =
    url === null ? local : createRedisCounters({ url, local, failOpen, logger, metrics })
  const redis = 'connection' in counters ? counters.connection : null
  const sharedSlots = redis === null ? null : createRedisSlots(redis)
  const counts = sharing === null ? undefined : createSharedSlotCounts(sharing.memory)
  const slots = createSlots({ shared: sharedSlots, failOpen, ...(counts && { counts }) })
  const addressOf = createAddressReader(config.trustedProxies)
  const { queue } = config
  return {
    /** Null if instances share nothing. */
    redis,
    slots,
    inFlight: createInFlight({ ...config.maxInFlight, queue, slots, addressOf }),
    rateLimits: createRateLimits({
      enabled: config.rateLimitEnabled,
      defaults: config.rateLimits,
      addressOf,
      counters,
      metrics,
    }),
    /** Resolves after the first attempt to reach Redis. */
    async ready(): Promise<void> {
      if ('triedOnce' in counters) await counters.triedOnce
    },
    async stop(): Promise<void> {
      sharedSlots?.stop()
      await counters.stop()
    },
  }
}
