/** LIM-1: are limits enforced, and by whom? */
import type { LimitEvidence } from '../evidence.ts'
import { type Finding, failing, ok, skipped, warning } from '../finding.ts'

const SLOW_MS = 20
/** The only safe eviction policy: with any other, a full Redis loses counters. */
const KEEPS_ALL = 'noeviction'

export function judgeLimits(evidence: LimitEvidence): Finding[] {
  const { enabled, anyDefault, instances, redis } = evidence
  if (!enabled) return [warning('lim.off')]
  const findings = [...redisFindings(evidence), triedFinding(evidence)]
  if (redis === null && instances > 1) findings.push(failing('lim.several', { instances }))
  if (!anyDefault) findings.push(ok('lim.unset'))
  return findings
}

function redisFindings({ redis, failOpen, failOpenCount, ...rest }: LimitEvidence): Finding[] {
  if (redis === null) return []
  const { host, port, seen } = redis
  const at = { place: `${host}:${port}`, host, port }
  if (!seen.ok) return [failing('lim.redis-away', { ...at, error: seen.error, failOpen })]
  const figures = { ...at, latencyMs: seen.latencyMs, policy: seen.policy }
  const findings = [ok('lim.redis', figures)]
  if (seen.latencyMs > SLOW_MS) findings.push(warning('lim.redis-slow', figures))
  const { policy } = seen
  if (policy !== KEEPS_ALL && policy !== 'unknown') findings.push(warning('lim.eviction', figures))
  if (rest.serverRedisHealthy === false) findings.push(failing('lim.server-lost'))
  else if ((failOpenCount ?? 0) > 0) findings.push(ok('lim.fail-open', { count: failOpenCount }))
  return findings
}

function triedFinding({ tried, redis, serverRedisHealthy, url }: LimitEvidence): Finding {
  if (!tried.ok) return skipped('lim.untested', { reason: tried.error, url })
  const { rpm, statuses } = tried
  const figures = { rpm, statuses: statuses.join(', ') }
  const [last] = statuses.slice(-1)
  if (last === 503) return failing('lim.closed', figures)
  const kept = last === 429 && statuses.slice(0, rpm).every((status) => status === 200)
  if (!kept) return failing('lim.open', figures)
  const where = redis !== null && serverRedisHealthy !== false ? 'Redis' : 'memory'
  return ok('lim.ok', { ...figures, where })
}
