/** Counters and histograms for Prometheus. */

import AggregatorRegistry from 'prom-client/lib/cluster.js'
import Counter from 'prom-client/lib/counter.js'
import collectDefaultMetrics from 'prom-client/lib/defaultMetrics.js'
import Gauge from 'prom-client/lib/gauge.js'
import Registry from 'prom-client/lib/registry.js'
import type { Metrics } from '../../usage/metrics.ts'
import { journalGauges } from './journal-gauges.ts'
import { requestMetrics } from './request-metrics.ts'
import { buildInfo, upstreamGauges, waitingGauge } from './upstream-gauges.ts'

/** What happens outside of the record of a request. */
function eventCounters(registry: Registry) {
  const registers = [registry]
  const dropped = new Counter({
    name: 'gpt_proxy_stream_events_dropped_total',
    help: 'Stream events that were neither JSON nor [DONE]',
    registers,
  })
  const losses = new Counter({
    name: 'gpt_proxy_translation_losses_total',
    help: 'Fields of requests that an upstream did not get as they were meant',
    labelNames: ['endpoint', 'how'] as const,
    registers,
  })
  const refusals = new Counter({
    name: 'gpt_proxy_requests_refused_total',
    help: 'Requests refused before anything was sent for them',
    labelNames: ['code'] as const,
    registers,
  })
  const limited = new Counter({
    name: 'gpt_proxy_rate_limited_total',
    help: 'Requests refused by a rate limit',
    registers,
  })
  const locally = new Counter({
    name: 'gpt_proxy_rate_limit_fail_open_total',
    help: 'Rate limit decisions taken by the local caps because Redis was lost',
    registers,
  })
  const redis = new Gauge({
    name: 'gpt_proxy_redis_healthy',
    help: '1 where Redis counts for the rate limits, 0 where it is lost or not configured',
    aggregator: 'min',
    registers,
  })
  const hedges = new Counter({
    name: 'gpt_proxy_hedged_requests_total',
    help: 'Requests sent to a second target because the first was late, by the one that answered',
    labelNames: ['answered'] as const,
    registers,
  })
  const hedgedTokens = new Counter({
    name: 'gpt_proxy_hedged_tokens_total',
    help: 'Prompt tokens, by estimate, of targets that were cancelled because another answered first',
    registers,
  })
  const rescues = new Counter({
    name: 'gpt_proxy_broken_streams_total',
    help: 'Streams that broke in their answer, by model (other: not defined by an operator) and by what became of them',
    labelNames: ['model', 'result'] as const,
    registers,
  })
  const mirrors = new Counter({
    name: 'gpt_proxy_mirrored_requests_total',
    help: 'Copies of requests for mirrors, by what became of them',
    labelNames: ['result'] as const,
    registers,
  })
  const beyondAttempts = { hedges, hedgedTokens, rescues, mirrors }
  return { dropped, losses, refusals, limited, locally, redis, ...beyondAttempts }
}

/** The other threads of the process, whose requests are counted with those of the first. */
interface Threads {
  /** 0: the thread that shows the metrics of all. */
  index: number
  metricsOfOthers(): Promise<readonly unknown[]>
}

export function createPrometheusMetrics(version = '', threads: Threads | null = null): Metrics {
  const registry = new Registry()
  const events = eventCounters(registry)
  const requestFinished = requestMetrics(registry, (loss) => events.losses.inc(loss))
  /** What all threads see alike is shown by one. */
  const isFirst = threads === null || threads.index === 0
  if (isFirst) {
    buildInfo(registry, version)
    collectDefaultMetrics({ register: registry, prefix: 'gpt_proxy_' })
  }

  return {
    requestFinished,
    hedged: (answered) => events.hedges.inc({ answered }),
    hedgedTokens: (promptTokens) => events.hedgedTokens.inc(promptTokens),
    streamBroke: (model, result) => events.rescues.inc({ model: model ?? 'other', result }),
    mirrored: (result) => events.mirrors.inc({ result }),
    eventsDropped: (count) => events.dropped.inc(count),
    refused: (code) => events.refusals.inc({ code }),
    rateLimited: () => events.limited.inc(),
    limitedLocally: () => events.locally.inc(),
    redisHealthy: (healthy) => events.redis.set(healthy ? 1 : 0),
    watchJournal: (health) => journalGauges(registry, health),
    watchWaiting: (count) => isFirst && waitingGauge(registry, count),
    watchUpstreams: (read) => isFirst && upstreamGauges(registry, read),
    async exposition() {
      const others = (await threads?.metricsOfOthers()) ?? []
      if (others.length === 0) return registry.metrics()
      const all = [await registry.getMetricsAsJSON(), ...others] as object[]
      return AggregatorRegistry.aggregate(all).metrics()
    },
    snapshot: () => registry.getMetricsAsJSON(),
    contentType: registry.contentType,
  }
}
