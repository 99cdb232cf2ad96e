/** Sessions: created by a sign-in, found by token, listed, ended. */
import type { SignedInSession } from '../../access/identity-store.ts'
import {
  extended,
  isLive,
  isWellFormedToken,
  mintToken,
  SESSION_IDLE_MS,
  type Session,
  shownUserAgent,
} from '../../access/session.ts'
import type { User } from '../../core/entities.ts'
import type { Actor } from '../changes.ts'
import type { Devices } from './devices.ts'
import type { IdentityParts, SignInOrigin } from './parts.ts'
import { refuseIfReplaced } from './passwords.ts'

/** Sent to the browser; the store has only the digest of `token`. */
export interface SignedIn extends SignedInSession {
  token: string
  device: string
}

/** How a user was authenticated; `passwordHash` is null if not by a password. */
export interface Authentication {
  how: string
  passwordHash: string | null
}

export function signedInActor(user: User, address: string): Actor {
  return { name: user.username, address }
}

export function createSessions(parts: IdentityParts, devices: Devices) {
  const { store, change, sha256Hex, randomBytes, nowMs } = parts

  return {
    /** Only for a user who has been authenticated. */
    async begin(
      user: User,
      origin: SignInOrigin,
      { how, passwordHash }: Authentication,
    ): Promise<SignedIn> {
      const token = mintToken(randomBytes)
      const now = nowMs()
      const session = await change(signedInActor(user, origin.address), async (step, record) => {
        if (passwordHash !== null) await refuseIfReplaced(step, user, passwordHash)
        const made = await step.createSession({
          tokenHash: sha256Hex(token),
          userId: user.id,
          nowMs: now,
          expiresAtMs: now + SESSION_IDLE_MS,
          address: origin.address,
          userAgent: shownUserAgent(origin.userAgent),
        })
        await record('session.begin', `user:${user.id}`, { after: { session_id: made.id, how } })
        return made
      })
      return { session, user, token, device: await devices.issue(user) }
    },
    /** null unless the session is active and so is its user. */
    async resume(token: string | null): Promise<SignedInSession | null> {
      if (token === null || !isWellFormedToken(token)) return null
      const found = await store.findSession(sha256Hex(token))
      const now = nowMs()
      if (found === null || found.user.status !== 'active' || !isLive(found.session, now))
        return null
      const untilMs = extended(found.session, now)
      if (untilMs === null) return found
      await store.touchSession(found.session.id, now, untilMs)
      return { ...found, session: { ...found.session, lastSeenAtMs: now, expiresAtMs: untilMs } }
    },
    list: (userId: number | null): Promise<SignedInSession[]> =>
      store.listSessions(userId, nowMs()),
    /** False if there is none, or if `owner` is given and it belongs to another user. */
    end: (actor: Actor, id: number, owner: number | null): Promise<boolean> =>
      change(actor, async (step, record) => {
        const ended = await step.deleteSession(id, owner)
        if (ended) await record('session.end', `session:${id}`)
        return ended
      }),
    endAll: (actor: Actor, userId: number, except: Session | null = null): Promise<number> =>
      change(actor, async (step, record) => {
        const ended = await step.deleteSessions(userId, except?.id ?? null)
        if (ended > 0) await record('session.end-all', `user:${userId}`, { after: { ended } })
        return ended
      }),
    /** Called periodically. */
    deleteExpired: (): Promise<void> => store.deleteExpired(nowMs()),
  }
}
