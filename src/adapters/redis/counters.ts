/**
 * Counters that several instances share in Redis: one script before a request, one after it. What Redis allows
 * also has to fit this process's own counters, so even if Redis loses data or its connection, no instance
 * exceeds the limit.
 */

import type { Logger } from '../../core/logger.ts'
import type {
  CounterReading,
  Counters,
  Demand,
  LimitDecision,
  LocalCounters,
} from '../../limits/counters.ts'
import type { Metrics } from '../../usage/metrics.ts'
import { connectRedis, type RedisConnection } from './connection.ts'
import { createBatchedScripts, type ScriptReply } from './turns.ts'

interface Parts {
  url: string
  /** Counts what this instance allows, so never more than Redis counts for all instances. */
  local: LocalCounters
  /** If false, requests are refused while Redis is unreachable. */
  failOpen: boolean
  logger: Logger
  metrics: Pick<Metrics, 'limitedLocally' | 'redisHealthy'>
  deadlineMs?: number
}

/** Including the time to notice a timeout, no request waits longer than 50 ms. */
const DEADLINE_MS = 48
/** Added to a request, this takes nothing, and Redis reports when the other demands would fit. */
const NEVER: Demand = { counter: 'never', limit: 0, amount: 1 }

export interface RedisCounters extends Counters {
  /** For others that share it. */
  connection: RedisConnection
  /** Resolves after the first attempt to reach Redis, successful or not. */
  triedOnce: Promise<void>
}

type Own = Exclude<LimitDecision, { kind: 'unavailable' }>
type OwnTaken = Extract<LimitDecision, { kind: 'taken' }>

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
  const turns = createBatchedScripts(redis.run)

  const sharing: Sharing = { local, failOpen, metrics, turns }

  return {
    take(demands) {
      const { standing } = redis
      if (!standing && !failOpen) return { kind: 'unavailable' }
      const own = local.take(demands)
      if (!standing) return alone(sharing, demands, own)
      return own.kind === 'taken'
        ? together(sharing, demands, own)
        : onceMore(sharing, demands, own)
    },
    correct(ticket, wanted) {
      local.correct(ticket, wanted)
      // Amounts taken without Redis can't be returned there, and Redis never saw the extra usage.
      if (ticket.sharedSecond !== null) turns.correct(ticket.sharedSecond, wanted)
    },
    health: () => (redis.standing ? 'healthy' : 'degraded'),
    connection: redis,
    triedOnce: redis.triedOnce,
    async stop() {
      turns.flush()
      redis.close()
    },
  }
}

interface Sharing extends Pick<Parts, 'local' | 'failOpen' | 'metrics'> {
  turns: ReturnType<typeof createBatchedScripts>
}

function giveBack({ local }: Sharing, { ticket }: OwnTaken, demands: readonly Demand[]): void {
  local.correct(
    ticket,
    demands.map(({ counter, amount }) => ({ counter, by: -amount })),
  )
}

function alone(sharing: Sharing, demands: readonly Demand[], own: Own): LimitDecision {
  if (sharing.failOpen) {
    sharing.metrics.limitedLocally()
    return { ...own, degraded: true }
  }
  if (own.kind === 'taken') giveBack(sharing, own, demands)
  return { kind: 'unavailable' }
}

function together(
  sharing: Sharing,
  demands: readonly Demand[],
  own: OwnTaken,
): Promise<LimitDecision> {
  return sharing.turns.take(demands).then(
    (answer) => verdictOf(sharing, demands, own, answer),
    () => alone(sharing, demands, own),
  )
}

function verdictOf(
  sharing: Sharing,
  demands: readonly Demand[],
  own: OwnTaken,
  answer: ScriptReply,
): LimitDecision {
  const [taken = 0, sharedSecond = 0] = answer
  const readings = tighterOf(own.readings, answer)
  if (taken === 0) {
    giveBack(sharing, own, demands)
    return { kind: 'refused', readings, degraded: false }
  }
  const ticket = { localSecond: own.ticket.localSecond, sharedSecond }
  return { kind: 'taken', ticket, readings, degraded: false }
}

/** The local counter may be held by a request Redis is about to reject; retry once. */
function onceMore(sharing: Sharing, demands: readonly Demand[], own: Own): Promise<LimitDecision> {
  const { local, turns } = sharing
  return turns.take([...demands, NEVER]).then(
    (answer) => {
      const again = local.take(demands)
      if (again.kind === 'taken') return together(sharing, demands, again)
      return { ...again, readings: tighterOf(again.readings, answer) }
    },
    () => alone(sharing, demands, own),
  )
}

/** Both have to allow a request, so the client sees the higher usage and the longer wait of the two. */
function tighterOf(own: readonly CounterReading[], answer: ScriptReply): CounterReading[] {
  const readings: CounterReading[] = []
  for (let at = 0; at < own.length; at++) {
    const { used, resetMs, waitMs } = own[at] as CounterReading
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
