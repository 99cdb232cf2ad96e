/** For SLOW-1: how long each part of a request takes. */

import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { allUpstreamKeys } from '../../admin/pages.ts'
import type { UpstreamKey } from '../../core/entities.ts'
import { withTimeout } from '../../core/time/with-timeout.ts'
import type { StreamEvidence, TimeEvidence, UpstreamTimes } from '../../doctor/evidence.ts'
import type { RequestTimes } from '../../doctor/examination.ts'
import { probeRedis, redisPlace } from './redis-probe.ts'
import { readMetrics } from './running-metrics.ts'
import type { DoctorSurroundings } from './surroundings.ts'

const MINUTES = 15
const MAX_RECORDS = 2_000
const PATIENCE_MS = 5_000

export async function probeTimes(
  surroundings: DoctorSurroundings,
  { direct }: StreamEvidence,
): Promise<TimeEvidence> {
  const { config, opened, proxyFor } = surroundings
  const { redisUrl } = config
  const rows = opened === null ? [] : await allUpstreamKeys(opened.store)
  // A disabled upstream slows no request down.
  const used = rows.filter(({ state }) => state.status !== 'disabled')
  const straight = used.filter(({ baseUrl }) => proxyFor(new URL(baseUrl).origin) === null)
  const [databaseMs, redis, metrics, connects, recent] = await Promise.all([
    opened?.store.examination.latencyMs() ?? null,
    redisUrl === null ? null : probeRedis(redisUrl),
    readMetrics(surroundings),
    Promise.all(straight.map(connectTime)),
    opened?.store.examination.recentTimes(Date.now() - MINUTES * 60_000, MAX_RECORDS) ?? [],
  ])
  const lagS = metrics?.get('gpt_proxy_nodejs_eventloop_lag_p99_seconds')
  const names = used.map(({ name }) => name)
  return {
    minutes: MINUTES,
    databaseMs: databaseMs === null ? null : tenths(databaseMs),
    redis: redis?.ok && redisUrl !== null ? { ...redisPlace(redisUrl), ms: redis.latencyMs } : null,
    loopMs: lagS === undefined ? null : tenths(1000 * lagS),
    overheadMs: direct.ok && direct.status === 200 ? direct.firstMs : null,
    connects: connects.filter((one) => one !== null),
    upstreams: timesOf(recent.filter(({ upstream }) => names.includes(upstream))),
  }
}

const tenths = (ms: number) => Math.round(10 * ms) / 10

async function connectTime({ name: upstream, baseUrl }: UpstreamKey) {
  const { hostname, port, protocol } = new URL(baseUrl)
  const host = hostname.replace(/^\[|\]$/g, '')
  const secure = protocol === 'https:'
  const at = { host, port: Number(port || (secure ? 443 : 80)) }
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const fromMs = performance.now()
  const socket = secure ? connectTls({ ...at, rejectUnauthorized: false }) : connect(at)
  socket.once(secure ? 'secureConnect' : 'connect', () => resolve(true))
  socket.once('error', () => resolve(false))
  const connected = await withTimeout(promise, PATIENCE_MS, 'no connection').catch(() => false)
  socket.destroy()
  return connected ? { upstream, baseUrl, ms: Math.round(performance.now() - fromMs) } : null
}

/** The median for each upstream and model. */
function timesOf(recent: readonly RequestTimes[]): UpstreamTimes[] {
  const groups = Map.groupBy(recent, ({ upstream, model }) => JSON.stringify([upstream, model]))
  return [...groups.values()].flatMap((times) => {
    const [first] = times
    if (first === undefined) return []
    const { upstream, model } = first
    return [
      {
        upstream,
        model,
        requests: times.length,
        firstTokenMs: middle(times.map(({ firstTokenMs }) => firstTokenMs)),
        durationMs: middle(times.map(({ durationMs }) => durationMs)),
      },
    ]
  })
}

function middle(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0
}
