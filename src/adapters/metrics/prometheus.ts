/** Counters and histograms for Prometheus. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { UsageRecord } from '../../core/usage-record.ts'
import type { Metrics } from '../../ports/metrics.ts'
import { createHistogram } from './histogram.ts'
import { journalGauges } from './journal-gauges.ts'

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

export function createPrometheusMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Counter({
    name: 'gpt_proxy_requests_total',
    help: 'Finished requests',
    labelNames: ['endpoint', 'status', 'outcome', 'upstream'] as const,
    registers,
  })
  const attempts = new Counter({
    name: 'gpt_proxy_upstream_attempts_total',
    help: 'Tries at upstream keys',
    labelNames: ['upstream', 'result'] as const,
    registers,
  })
  const tokens = new Counter({
    name: 'gpt_proxy_tokens_total',
    help: 'Tokens used',
    labelNames: ['kind', 'upstream'] as const,
    registers,
  })
  const duration = createHistogram({
    name: 'gpt_proxy_request_duration_seconds',
    help: 'From arrival to the last byte',
    label: 'endpoint',
    bounds: SECONDS,
  })
  const firstToken = createHistogram({
    name: 'gpt_proxy_time_to_first_token_seconds',
    help: 'From arrival to the first byte of the reply',
    label: 'endpoint',
    bounds: SECONDS,
  })
  registry.registerMetric(duration.metric)
  registry.registerMetric(firstToken.metric)
  const dropped = new Counter({
    name: 'gpt_proxy_stream_events_dropped_total',
    help: 'Stream events that were neither JSON nor [DONE]',
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
    registers,
  })
  // prom-client hashes the labels at every increment; adding up here and telling it when it is
  // asked costs a request a fifth of that.
  const sums = new Map<string, { by: number; inc(by: number): void }>()
  const add = (name: string, by: number, inc: (by: number) => void): void => {
    const sum = sums.get(name)
    if (sum) sum.by += by
    else sums.set(name, { by, inc })
  }
  collectDefaultMetrics({ register: registry, prefix: 'gpt_proxy_' })

  return {
    requestFinished(record) {
      const { endpoint } = record
      const upstream = record.upstream ?? 'none'
      const { status, outcome } = record
      add(`r ${endpoint} ${status} ${outcome} ${upstream}`, 1, (by) =>
        requests.inc({ endpoint, status: String(status), outcome, upstream }, by),
      )
      for (const { upstream, failure } of record.attempts) {
        const result = failure === null ? 'ok' : failureClass(failure)
        add(`a ${upstream} ${result}`, 1, (by) => attempts.inc({ upstream, result }, by))
      }
      add(`p ${upstream}`, record.promptTokens, (by) =>
        tokens.inc({ kind: 'prompt', upstream }, by),
      )
      add(`c ${upstream}`, record.completionTokens, (by) =>
        tokens.inc({ kind: 'completion', upstream }, by),
      )
      observeTimes(record)
    },
    eventsDropped: (count) => dropped.inc(count),
    rateLimited: () => limited.inc(),
    limitedLocally: () => locally.inc(),
    redisHealthy: (healthy) => redis.set(healthy ? 1 : 0),
    watchJournal: (health) => journalGauges(registry, health),
    exposition() {
      for (const sum of sums.values()) {
        sum.inc(sum.by)
        sum.by = 0
      }
      return registry.metrics()
    },
    contentType: registry.contentType,
  }

  function observeTimes({ endpoint, durationMs, firstTokenMs }: UsageRecord): void {
    duration.observe(endpoint, durationMs / 1000)
    if (firstTokenMs !== null) firstToken.observe(endpoint, firstTokenMs / 1000)
  }
}

/** The failure's class stands before its colon; a label must have few values. */
function failureClass(failure: string): string {
  const colon = failure.indexOf(':')
  return colon > 0 ? failure.slice(0, colon) : 'other'
}
