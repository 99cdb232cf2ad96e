/** How upstreams are shown: settings, running state, and what the last 24 hours were like. */
import type { ModelState, UpstreamKey } from '../../../../core/entities.ts'
import { shownHeaders } from '../../../../core/fixed-headers.ts'
import { isoTime } from '../../../../core/time/iso-time.ts'
import { type Slots, upstreamOwner } from '../../../../limits/slots.ts'
import type { UsableUpstream } from '../../../../upstreams/directory.ts'
import { percentile } from '../../../../usage/latency.ts'
import type { UpstreamOutcome } from '../../../../usage/live/live.ts'
import type { UPSTREAM_STATES } from '../contract/upstreams.ts'
import type { MessageLanguage } from '../frame/error-reply.ts'
import type { AdminApiParts } from '../frame/parts.ts'
import { errorHint } from './error-hints.ts'

const SLOT_MS = 1_800_000
const DAY_MS = 86_400_000

type State = (typeof UPSTREAM_STATES)[number]

export async function oneUpstreamView(
  parts: AdminApiParts,
  upstream: UpstreamKey,
  language: MessageLanguage,
) {
  const [view] = await upstreamViews(parts, [upstream], language)
  return view as NonNullable<typeof view>
}

export async function upstreamViews(
  parts: AdminApiParts,
  upstreams: readonly UpstreamKey[],
  language: MessageLanguage,
) {
  const { admin, reads, services, nowMs } = parts
  const created = await reads.createdAt(
    'upstream_keys',
    upstreams.map(({ id }) => id),
  )
  const states = await admin.upstreams.modelStates()
  const now = nowMs()
  const day = await dayOf(parts)
  const weights = weightsOf(services.directory.allUpstreams())
  return upstreams.map((upstream) => {
    // What this instance has just seen comes before what was stored some moments ago.
    const state = services.health.state(upstream.id) ?? upstream.state
    const shown = upstream.state.status === 'disabled' ? upstream.state : state
    const cooldownMs = shown.status === 'cooldown' ? waitOf(shown.cooldownUntilMs, now) : null
    return {
      id: upstream.id,
      name: upstream.name,
      provider: upstream.provider,
      base_url: upstream.baseUrl,
      key_hint: upstream.keyHint,
      weight: upstream.weight,
      share: shareOf(upstream, weights),
      models: upstream.models === null ? null : [...upstream.models],
      deployments: upstream.deployments === null ? null : { ...upstream.deployments },
      headers: shownHeaders(upstream.headers),
      api_version: upstream.apiVersion,
      protocol: upstream.protocol,
      max_in_flight: upstream.maxInFlight,
      tags: [...upstream.tags],
      state: stateOf(shown.status, cooldownMs),
      status: upstream.state.status,
      model_states: states
        .filter(({ upstreamKeyId }) => upstreamKeyId === upstream.id)
        .map((modelState) => modelStateView(modelState, language)),
      failure_count: shown.failureCount,
      cooldown_ms: cooldownMs,
      cooldown_until:
        cooldownMs === null || shown.cooldownUntilMs === null
          ? null
          : isoTime(shown.cooldownUntilMs),
      total_requests: shown.totalRequests,
      total_errors: shown.totalErrors,
      last_error: shown.lastError,
      last_error_hint: errorHint(shown.lastError, language),
      in_flight: inFlightOf(upstream, services.slots),
      recent: services.live.outcomesOf(upstream.id).map(outcomeView),
      day: day(upstream),
      created_at: isoTime(created.get(upstream.id) ?? 0),
    }
  })
}

/** Only slots are counted, and only an upstream with a limit has any. */
function inFlightOf({ id, maxInFlight }: UpstreamKey, slots: Pick<Slots, 'held'>): number | null {
  return maxInFlight ? slots.held(upstreamOwner(id)) : null
}

/** Requests by the name that their records have, for a day that ends with the running half hour. */
async function dayOf({ reports, nowMs }: AdminApiParts) {
  const untilMs = (Math.floor(nowMs() / SLOT_MS) + 1) * SLOT_MS
  const range = { fromMs: untilMs - DAY_MS, untilMs }
  const all = { userId: null, apiKeyId: null, model: null, upstream: null }
  const [sums, latency, attempts] = await Promise.all([
    reports.sums({ ...all, by: ['upstream'], buckets: [range] }),
    reports.latency(range),
    reports.attempts(range),
  ])
  return ({ id, name }: UpstreamKey) => {
    const sum = sums.find(({ group }) => group[0] === name)
    const counts = latency.filter(({ upstream }) => upstream === name)
    return {
      requests: sum?.requests ?? 0,
      errors: sum?.errors ?? 0,
      attempts: attempts.get(id)?.attempts ?? 0,
      failed_attempts: attempts.get(id)?.failures ?? 0,
      first_token_p50_ms: percentile(counts, 0.5),
      first_token_p95_ms: percentile(counts, 0.95),
    }
  }
}

function modelStateView(
  { model, status, failureCount, untilMs, lastError }: ModelState,
  language: MessageLanguage,
) {
  return {
    ...{ model, status, failure_count: failureCount },
    until: isoTime(untilMs),
    last_error: lastError,
    last_error_hint: errorHint(lastError, language),
  }
}

function outcomeView({ atMs, ok, status, firstTokenMs }: UpstreamOutcome) {
  return { at: isoTime(atMs), ok, status, first_token_ms: firstTokenMs }
}

function waitOf(untilMs: number | null, nowMs: number): number {
  return Math.max(0, (untilMs ?? nowMs) - nowMs)
}

function stateOf(status: UpstreamKey['state']['status'], cooldownMs: number | null): State {
  if (status !== 'cooldown') return status
  return cooldownMs === 0 ? 'half_open' : 'open'
}

/** The weights of those that serve the same models with the same right, summed once for all rows of a list. */
function weightsOf(usable: readonly UsableUpstream[]): ReadonlyMap<string, number> {
  const weights = new Map<string, number>()
  for (const { key } of usable) {
    if (key.state.status === 'disabled') continue
    const models = JSON.stringify(key.models)
    weights.set(models, (weights.get(models) ?? 0) + key.weight)
  }
  return weights
}

/** 0 while it is switched off. */
function shareOf({ state, models, weight }: UpstreamKey, weights: ReadonlyMap<string, number>) {
  if (state.status === 'disabled') return 0
  const total = weights.get(JSON.stringify(models)) ?? 0
  return total === 0 ? 0 : weight / total
}
