/**
 * Counters that several instances share in Redis: one script before a request, one behind it. Where
 * Redis is lost, each instance goes on with its own counters, or refuses, as the operator wants it.
 */
import { BUCKET_LASTS_SECONDS } from '../../core/window.ts'
import type { Counters, Demand, LocalCounters, Reading, Verdict } from '../../ports/counters.ts'
import type { Logger } from '../../ports/logger.ts'
import type { Metrics } from '../../ports/metrics.ts'
import { connectRedis } from './connection.ts'
import { type Answer, createTurns } from './turns.ts'

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

/** With what it takes to notice, no request waits longer than 50 ms. */
const DEADLINE_MS = 48

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
  const turns = createTurns(redis.run)
  const together = (demands: readonly Demand[]): Promise<Verdict> =>
    turns.take(demands).then(
      (answer) => verdictOf(answer, demands),
      () => alone(demands),
    )
  const verdictOf = (answer: Answer, demands: readonly Demand[]): Verdict => {
    const [taken = 0, sharedSecond = 0] = answer
    const readings: Reading[] = []
    for (let at = 2; at < answer.length; at += 3) readings.push(readingAt(answer, at))
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
    correct(ticket, wanted) {
      local.correct(ticket, wanted)
      // What was taken without Redis is not there to be given back; what was used more, it never saw.
      if (ticket.sharedSecond !== null) turns.correct(ticket.sharedSecond, wanted)
    },
    health: () => (redis.standing ? 'healthy' : 'degraded'),
    triedOnce: redis.triedOnce,
    async stop() {
      turns.flush()
      redis.close()
    },
  }
}

function readingAt(answer: Answer, at: number): Reading {
  const waitMs = answer[at + 2] ?? 0
  return {
    used: answer[at] ?? 0,
    resetMs: answer[at + 1] ?? 0,
    waitMs: waitMs < 0 ? Number.POSITIVE_INFINITY : waitMs,
  }
}
