/** SLOW-1: where does the time go? */
import type { TimeEvidence } from '../evidence.ts'
import { type Finding, ok, skipped, warning } from '../finding.ts'

/** Above these thresholds a user notices the delay. */
const SLOW_MS = { database: 50, redis: 20, loop: 100, overhead: 250, connect: 500, upstream: 2_000 }

export function judgeTimes(evidence: TimeEvidence): Finding[] {
  const { databaseMs, redis, loopMs, overheadMs, connects, upstreams, minutes } = evidence
  if (databaseMs === null && overheadMs === null) return [skipped('no-store')]
  const findings: Finding[] = []
  if ((databaseMs ?? 0) > SLOW_MS.database)
    findings.push(warning('slow.database', { ms: databaseMs }))
  if (redis !== null && redis.ms > SLOW_MS.redis) findings.push(warning('slow.redis', { ...redis }))
  if ((loopMs ?? 0) > SLOW_MS.loop) findings.push(warning('slow.loop', { ms: loopMs }))
  if ((overheadMs ?? 0) > SLOW_MS.overhead)
    findings.push(warning('slow.overhead', { ms: overheadMs }))
  for (const connect of connects)
    if (connect.ms > SLOW_MS.connect) findings.push(warning('slow.connect', { ...connect }))
  for (const times of upstreams) {
    if (times.firstTokenMs <= SLOW_MS.upstream) continue
    const percent = Math.round((100 * times.firstTokenMs) / Math.max(1, times.durationMs))
    const { upstream, model, requests, firstTokenMs: ms } = times
    findings.push(
      warning('slow.upstream', { upstream, model, requests, ms, minutes, percent, overheadMs }),
    )
  }
  return [...findings, ok('slow.ok', summaryOf(evidence))]
}

function summaryOf({ databaseMs, redis, loopMs, overheadMs, connects, upstreams }: TimeEvidence) {
  const requests = upstreams.reduce((sum, one) => sum + one.requests, 0)
  const slowest = (values: readonly number[]) => (values.length === 0 ? '-' : Math.max(...values))
  return {
    databaseMs: databaseMs ?? '-',
    redisMs: redis?.ms ?? '-',
    loopMs: loopMs ?? '-',
    overheadMs: overheadMs ?? '-',
    connectMs: slowest(connects.map(({ ms }) => ms)),
    firstTokenMs: slowest(upstreams.map(({ firstTokenMs }) => firstTokenMs)),
    requests,
  }
}
