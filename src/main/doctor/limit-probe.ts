/** For LIM-1: Redis, the running gateway's metrics, and a key that must get a 429. */
import type { LimitEvidence } from '../../doctor/evidence.ts'
import { ask, whyNot } from './ask.ts'
import { probeRedis, redisPlace } from './redis-probe.ts'
import { readMetrics } from './running-metrics.ts'
import { type DoctorSurroundings, LIMITED_RPM } from './surroundings.ts'

export async function probeLimits(surroundings: DoctorSurroundings): Promise<LimitEvidence> {
  const { config, url, instances } = surroundings
  const { redisUrl, rateLimits } = config
  const [redis, tried, metrics] = await Promise.all([
    redisUrl === null ? null : probeRedis(redisUrl),
    config.rateLimitEnabled ? tryLimit(surroundings) : untried('limits are switched off'),
    readMetrics(surroundings),
  ])
  const standing = metrics?.get('gpt_proxy_redis_healthy') ?? null
  return {
    url,
    enabled: config.rateLimitEnabled,
    failOpen: config.rateLimitFailOpen,
    anyDefault: Object.values(rateLimits).some((limit) => limit > 0),
    redis: redis === null || redisUrl === null ? null : { ...redisPlace(redisUrl), seen: redis },
    tried,
    failOpenCount: metrics?.get('gpt_proxy_rate_limit_fail_open_total') ?? null,
    serverRedisHealthy: redisUrl === null || standing === null ? null : standing === 1,
    instances,
  }
}

const untried = (error: string) => ({ ok: false as const, error })

async function tryLimit({ opened, url }: DoctorSurroundings): Promise<LimitEvidence['tried']> {
  const body = { model: 'demo/echo', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 8 }
  try {
    const key = (await opened?.keys.limited()) ?? null
    if (key === null) return untried(`no gateway of this store answers at ${url}`)
    const statuses: number[] = []
    for (let asked = 0; asked <= LIMITED_RPM; asked++) {
      statuses.push((await ask(`${url}/v1/chat/completions`, { key, body })).status)
    }
    return { ok: true, rpm: LIMITED_RPM, statuses }
  } catch (error) {
    return untried(whyNot(error))
  }
}
