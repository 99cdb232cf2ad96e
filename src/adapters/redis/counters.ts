/**
 * Counters that several instances share in Redis: one script before a request, one behind it. What
 * Redis lets through also has to fit this process's own counters, so whatever Redis forgets, and
 * however often it is lost, no instance lets more than the limit through.
 */

import type { Logger } from '../../core/logger.ts'
import type { Counters, Demand, LocalCounters, Reading, Verdict } from '../../limits/counters.ts'
import type { Metrics } from '../../usage/metrics.ts'
import { connectRedis } from './connection.ts'
import { createTurns, type ScriptReply } from './turns.ts'

interface Parts {
  url: string
  /** Holds what this instance lets through, so never more than Redis holds of all of them. */
  local: LocalCounters
  /** False refuses while Redis is lost. */
  failOpen: boolean
  logger: Logger
  metrics: Pick<Metrics, 'limitedLocally' | 'redisHealthy'>
  deadlineMs?: number
}

/** With what it takes to notice, no request waits longer than 50 ms. */
const DEADLINE_MS = 48
/** Asked along with a request it takes nothing, and Redis says when all the rest would fit. */
const NEVER: Demand = { counter: 'never', limit: 0, amount: 1 }

export interface RedisCounters extends Counters {
  /** After the first try to reach Redis, whatever came of it. */
  triedOnce: Promise<void>
}

type Own = Exclude<Verdict, { kind: 'unavailable' }>
type OwnTaken = Extract<Verdict, { kind: 'taken' }>

export function createRedisCounters(parts: Parts): RedisCounters {
  const { local, failOpen, logger, metrics, deadlineMs = DEADLINE_MS } = parts
  const redis = connectRedis({
    url: parts.url,
    deadlineMs,
    onJoined() {
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
  const turns = createTurns(redis.run)

  const giveBack = ({ ticket }: OwnTaken, demands: readonly Demand[]): void =>
    local.correct(
      ticket,
      demands.map(({ counter, amount }) => ({ counter, by: -amount })),
    )
  const alone = (demands: readonly Demand[], own: Own): Verdict => {
    if (failOpen) {
      metrics.limitedLocally()
      return { ...own, degraded: true }
    }
    if (own.kind === 'taken') giveBack(own, demands)
    return { kind: 'unavailable' }
  }
  const together = (demands: readonly Demand[], own: OwnTaken): Promise<Verdict> =>
    turns.take(demands).then(
      (answer) => verdictOf(demands, own, answer),
      () => alone(demands, own),
    )
  const verdictOf = (demands: readonly Demand[], own: OwnTaken, answer: ScriptReply): Verdict => {
    const [taken = 0, sharedSecond = 0] = answer
    const readings = tighterOf(own.readings, answer)
    if (taken === 0) {
      giveBack(own, demands)
      return { kind: 'refused', readings, degraded: false }
    }
    const ticket = { localSecond: own.ticket.localSecond, sharedSecond }
    return { kind: 'taken', ticket, readings, degraded: false }
  }
  /** What stood in its way may be under way, and given back because Redis refuses it. */
  const onceMore = (demands: readonly Demand[], own: Own): Promise<Verdict> =>
    turns.take([...demands, NEVER]).then(
      (answer) => {
        const again = local.take(demands)
        if (again.kind === 'taken') return together(demands, again)
        return { ...again, readings: tighterOf(again.readings, answer) }
      },
      () => alone(demands, own),
    )

  return {
    take(demands) {
      const { standing } = redis
      if (!standing && !failOpen) return { kind: 'unavailable' }
      const own = local.take(demands)
      if (!standing) return alone(demands, own)
      return own.kind === 'taken' ? together(demands, own) : onceMore(demands, own)
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

/** Both have to let a request through, so what is told is the more used and the later of each. */
function tighterOf(own: readonly Reading[], answer: ScriptReply): Reading[] {
  const readings: Reading[] = []
  for (let at = 0; at < own.length; at++) {
    const { used, resetMs, waitMs } = own[at] as Reading
    const place = 2 + 3 * at
    const waits = answer[place + 2] ?? 0
    readings.push({
      used: Math.max(used, answer[place] ?? 0),
      resetMs: Math.max(resetMs, answer[place + 1] ?? 0),
      waitMs: waits < 0 ? Number.POSITIVE_INFINITY : Math.max(waitMs, waits),
    })
  }
  return readings
}
