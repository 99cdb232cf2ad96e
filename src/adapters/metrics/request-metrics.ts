/** What is counted and measured of each finished request. */

import type { Registry } from 'prom-client'
import { TOKEN_FIELDS, TOKEN_KINDS } from '../../core/token-kinds.ts'
import type { PaidUnits, UsageRecord } from '../../usage/record.ts'
import { createHistogram } from './histogram.ts'
import { createLabelledCounter } from './labelled-counter.ts'

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

const COUNTED_TOKENS = TOKEN_FIELDS.flatMap((field) => {
  const { metric: label } = TOKEN_KINDS[field]
  return label === null ? [] : [{ field, label }]
})

/** Clients choose model names; this caps how many become label values. */
const MAX_MODELS = 100

function requestCounters() {
  const requests = createLabelledCounter({
    name: 'gpt_proxy_requests_total',
    help: 'Finished requests',
    labels: ['endpoint', 'status', 'outcome', 'upstream'],
  })
  const attempts = createLabelledCounter({
    name: 'gpt_proxy_upstream_attempts_total',
    help: 'Tries at upstream keys',
    labels: ['upstream', 'result'],
  })
  const tokens = createLabelledCounter({
    name: 'gpt_proxy_tokens_total',
    help: 'Tokens used',
    labels: ['kind', 'upstream'],
  })
  const units = createLabelledCounter({
    name: 'gpt_proxy_units_total',
    help: 'What is not paid by the token: images, seconds, characters, searches and others',
    labels: ['kind', 'upstream'],
  })
  const tokensOf = remembered((upstream) =>
    COUNTED_TOKENS.map(({ field, label }) => ({ field, series: tokens.series([label, upstream]) })),
  )
  return { requests, attempts, tokens, units, tokensOf }
}

function requestTimes() {
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
  const modelDuration = createHistogram({
    name: 'gpt_proxy_model_request_duration_seconds',
    help: 'From arrival to the last byte, by the model that was asked for',
    label: 'model',
    bounds: SECONDS,
  })
  const providerFirstToken = createHistogram({
    name: 'gpt_proxy_provider_time_to_first_token_seconds',
    help: 'From arrival to the first byte of the reply, by provider',
    label: 'provider',
    bounds: SECONDS,
  })
  return { duration, firstToken, modelDuration, providerFirstToken }
}

/** Called with each finished request; `countLoss` with each field that its upstream did not get as it was meant. */
export function requestMetrics(
  registry: Registry,
  countLoss: (loss: { endpoint: string; how: string }) => void,
): (record: UsageRecord) => void {
  const { requests, attempts, tokens, units, tokensOf } = requestCounters()
  const { duration, firstToken, modelDuration, providerFirstToken } = requestTimes()
  for (const { metric } of [
    ...[requests, attempts, tokens, units, duration, firstToken],
    ...[modelDuration, providerFirstToken],
  ])
    registry.registerMetric(metric)
  const modelLabel = boundedLabel(MAX_MODELS)
  return (record) => {
    const { endpoint, status, outcome, durationMs, firstTokenMs } = record
    const upstream = record.upstream ?? 'none'
    requests.add(1, [endpoint, status, outcome, upstream])
    for (const { upstream, failure, units: paid } of record.attempts) {
      attempts.add(1, [upstream, failure === null ? 'ok' : failureClass(failure)])
      for (const { kind, count } of paid ?? NO_UNITS) units.add(count, [kind, upstream])
    }
    for (const loss of record.attempts.at(-1)?.losses ?? NO_LOSSES)
      countLoss({ endpoint, how: howOf(loss) })
    for (const { field, series } of tokensOf(upstream)) series.sum += record[field]
    duration.observe(endpoint, durationMs / 1000)
    if (firstTokenMs !== null) firstToken.observe(endpoint, firstTokenMs / 1000)
    // If no upstream served the request, the model name may be anything.
    const model = outcome === 'ok' ? modelLabel(record.model) : 'other'
    modelDuration.observe(model, durationMs / 1000)
    if (firstTokenMs !== null)
      providerFirstToken.observe(record.provider ?? 'none', firstTokenMs / 1000)
  }
}

/** The part before the colon is the failure's class; a label must have few values. */
function failureClass(failure: string): string {
  const colon = failure.indexOf(':')
  return colon > 0 ? failure.slice(0, colon) : 'other'
}

const NO_LOSSES: readonly string[] = []
const NO_UNITS: readonly PaidUnits[] = []

/** What happened to a field that was lost in translation for the last upstream tried. */
function howOf(loss: string): string {
  return loss.slice(loss.lastIndexOf(' ') + 1)
}

/** Computes a value once for each name; for names that operators give. */
function remembered<T>(compute: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>()
  return (name) => {
    const before = known.get(name)
    if (before !== undefined) return before
    const value = compute(name)
    known.set(name, value)
    return value
  }
}

/** Keeps the first names it sees, and one common name for all later ones. */
function boundedLabel(max: number): (name: string) => string {
  const known = new Set<string>()
  return (name) => {
    if (known.has(name)) return name
    if (known.size >= max) return 'other'
    known.add(name)
    return name
  }
}
