/**
 * Counters that several instances share in Redis: one script before a request, one behind it. Where
 * Redis is lost, each instance goes on with its own counters, or refuses, as the operator wants it.
 */
import { BUCKET_LASTS_SECONDS } from '../../core/window.ts'
import type {
  Correction,
  Counters,
  Demand,
  LocalCounters,
  Reading,
  Verdict,
} from '../../ports/counters.ts'
import type { Logger } from '../../ports/logger.ts'
import type { Metrics } from '../../ports/metrics.ts'
import { connectRedis } from './connection.ts'
import { PREFIX } from './scripts.ts'

interface Parts {
  url: string
  /** Kept up to date while Redis decides, so that losing it gives nobody a second window. */
  local: LocalCounters
  /** False refuses while Redis is lost. */
  failOpen: boolean
  logger: Logger
  metrics: Pick<Metrics, 'limitedLocally' | 'redisHealthy'>
  deadlineMs?: number
}

const DEADLINE_MS = 50

export interface RedisCounters extends Counters {
  /** After the first try to reach Redis, whatever came of it. */
  triedOnce: Promise<void>
}

export function createRedisCounters(parts: Parts): RedisCounters {
  const { local, failOpen, logger, metrics, deadlineMs = DEADLINE_MS } = parts
  /** Until then a window may hold what Redis has not seen: taken without it, or lost with it. */
  let alsoLocalUntilMs = 0
  const redis = connectRedis({
    url: parts.url,
    deadlineMs,
    onJoined() {
      alsoLocalUntilMs = performance.now() + BUCKET_LASTS_SECONDS * 1000
      metrics.redisHealthy(true)
      logger.info({}, 'Redis counts for the rate limits')
    },
    onLost(why) {
      metrics.redisHealthy(false)
      const until = failOpen
        ? 'rate limits are counted by this process alone until it is back'
        : 'requests under a rate limit are refused until it is back (RATE_LIMIT_FAIL_OPEN=false)'
      logger.warn({ why, failOpen }, `Redis is lost: ${until}`)
    },
  })

  const alone = (demands: readonly Demand[]): Verdict => {
    if (!failOpen) return { kind: 'unavailable' }
    metrics.limitedLocally()
    return { ...local.take(demands), degraded: true }
  }
  const together = async (demands: readonly Demand[]): Promise<Verdict> => {
    let answer: number[]
    try {
      answer = (await redis.run('take', takeArguments(demands))) as number[]
    } catch {
      return alone(demands)
    }
    const [taken = 0, sharedSecond = 0, ...figures] = answer
    const readings = demands.map((_, at) => readingAt(figures, at))
    if (taken === 0) return { kind: 'refused', readings, degraded: false }
    const ticket = { localSecond: local.charge(demands), sharedSecond }
    return { kind: 'taken', ticket, readings, degraded: false }
  }

  return {
    take(demands) {
      if (!redis.standing) return alone(demands)
      const refused = performance.now() < alsoLocalUntilMs ? local.refusal(demands) : null
      return refused ?? together(demands)
    },
    correct(ticket, corrections) {
      local.correct(ticket, corrections)
      // What was taken without Redis is not there to be given back; what was used more, it never saw.
      if (ticket.sharedSecond === null || !redis.standing) return
      redis.run('correct', correctArguments(ticket.sharedSecond, corrections)).catch(() => {})
    },
    health: () => (redis.standing ? 'healthy' : 'degraded'),
    triedOnce: redis.triedOnce,
    async stop() {
      redis.close()
    },
  }
}

function takeArguments(demands: readonly Demand[]): string[] {
  const args = [String(demands.length)]
  for (const { counter } of demands) args.push(PREFIX + counter)
  for (const { limit, amount } of demands) args.push(String(limit), String(amount))
  return args
}

function correctArguments(second: number, corrections: readonly Correction[]): string[] {
  const args = [String(corrections.length)]
  for (const { counter } of corrections) args.push(PREFIX + counter)
  args.push(String(second))
  for (const { by } of corrections) args.push(String(by))
  return args
}

function readingAt(figures: readonly number[], at: number): Reading {
  const [used = 0, resetMs = 0, waitMs = 0] = figures.slice(3 * at, 3 * at + 3)
  return { used, resetMs, waitMs: waitMs < 0 ? Number.POSITIVE_INFINITY : waitMs }
}
