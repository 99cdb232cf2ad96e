/** Slots that several instances count together in Redis. */
import type { Cap } from '../../limits/cap.ts'
import type { SharedSlots, SlotClaim } from '../../limits/shared-slots.ts'
import type { RedisConnection } from './connection.ts'
import { createKnownSlots } from './known-slots.ts'
import { ownerKey, SESSION_LASTS_MS, scoreOf, sessionKey } from './slot-scripts.ts'

export interface RedisSlots extends SharedSlots {
  /** Gives back everything at once. */
  stop(): void
}

const RENEW_EVERY_MS = SESSION_LASTS_MS / 4
const UNKNOWN_SESSION = -1

export function createRedisSlots(redis: RedisConnection): RedisSlots {
  const known = createKnownSlots()
  const { held } = known
  let session = crypto.randomUUID()

  /** A new name each time, so that what Redis may still hold under the last one counts no more. */
  const openSession = (): Promise<unknown> => {
    const before = session
    session = crypto.randomUUID()
    const keys = [sessionKey(session), sessionKey(before), ...[...held.keys()].map(ownerKey)]
    const counts = [...held.values()].map(String)
    return redis.run('openSession', [String(keys.length), ...keys, session, ...counts])
  }
  const nameOf = (waiter: string | null) => (waiter === null ? '' : `${session}:${waiter}`)
  const enter = async (caps: readonly Cap[], turn: SlotClaim): Promise<number> => {
    const keys = [sessionKey(session), ...caps.map(({ owner }) => ownerKey(owner))]
    const maxima = caps.map(({ max }) => String(max))
    const given = [session, scoreOf(turn), nameOf(turn.waiter), ...maxima]
    const answer = await redis.run('enter', [String(keys.length), ...keys, ...given])
    const [full, ...others] = (answer as readonly unknown[]).map(Number)
    known.saw(caps, others)
    return full ?? UNKNOWN_SESSION
  }
  let reopening: Promise<unknown> | null = null
  /** Redis was emptied or this process was suspended: all slots that are held here are counted again. */
  const reopen = (): Promise<unknown> => {
    reopening ??= openSession().finally(() => {
      reopening = null
    })
    return reopening
  }
  const renew = async (): Promise<void> => {
    known.forgetOld()
    if (!redis.standing) return
    const keys = [sessionKey(session), ...[...held.keys()].map(ownerKey)]
    const isKnown = await redis.run('renew', [String(keys.length), ...keys])
    if (Number(isKnown) === 0) await reopen()
  }
  redis.whenJoined(() => void openSession().catch(ignoreLoss))
  const timer = setInterval(() => void renew().catch(ignoreLoss), RENEW_EVERY_MS)
  timer.unref()

  return {
    get standing() {
      return redis.standing
    },
    async take(caps, turn) {
      let full = await enter(caps, turn)
      if (full === UNKNOWN_SESSION) {
        await reopen()
        full = await enter(caps, turn)
      }
      if (full === UNKNOWN_SESSION) throw new Error('Redis forgets the session')
      if (full > 0) return full - 1
      known.take(caps)
      return null
    },
    ...lineIn(redis, nameOf),
    holdAlone: known.takeAlone,
    give(owners) {
      if (owners.length === 0) return
      known.add(owners, -1)
      if (!redis.standing) return
      const keys = owners.map(ownerKey)
      redis.run('leave', [String(keys.length), ...keys, session]).catch(ignoreLoss)
    },
    stop() {
      clearInterval(timer)
      if (!redis.standing) return
      held.clear()
      openSession().catch(ignoreLoss)
    },
  }
}

function lineIn(redis: RedisConnection, nameOf: (waiter: string | null) => string) {
  const tell = (script: 'wait' | 'stopWaiting', owners: readonly string[], given: string[]) => {
    if (!redis.standing) return
    const keys = owners.map(ownerKey)
    redis.run(script, [String(keys.length), ...keys, ...given]).catch(ignoreLoss)
  }
  return {
    waitFor: (owner: string, turn: SlotClaim) =>
      tell('wait', [owner], [scoreOf(turn), nameOf(turn.waiter)]),
    stopWaiting: (owners: readonly string[], waiter: string) =>
      tell('stopWaiting', owners, [nameOf(waiter)]),
  }
}

/** A lost connection opens another session, and drops what waits under the last one. */
const ignoreLoss = () => {}
