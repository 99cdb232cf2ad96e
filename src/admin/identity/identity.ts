/** Signing in to the console, with a password or a one-time link, and managing one's own account. */
import { passwordProblem } from '../../access/password.ts'
import { isWellFormedToken, mintToken } from '../../access/session.ts'
import type { User } from '../../core/entities.ts'
import type { Actor } from '../changes.ts'
import { findUser } from '../users.ts'
import { createDevices } from './devices.ts'
import type { IdentityParts, SignInOrigin } from './parts.ts'
import { createPasswordCheck, type Proved, refuseIfReplaced } from './passwords.ts'
import { SignInRefusal } from './refusal.ts'
import { createSecondFactor } from './second-factor.ts'
import { createSessions, type SignedIn, signedInActor } from './sessions.ts'
import { createSingleSignOn } from './single-sign-on.ts'

const LINK_LASTS_MS = 30 * 60_000

export interface SetupLink {
  /** Shown once; it follows `#setup=`, so that no server and no log receives it. */
  token: string
  expiresAtMs: number
}

export function createIdentity(parts: IdentityParts) {
  const { store } = parts
  const devices = createDevices(parts)
  const passwords = createPasswordCheck(parts, devices)
  const secondFactor = createSecondFactor(parts)
  const sessions = createSessions(parts, devices)
  const tools = { parts, passwords, secondFactor, sessions }

  return {
    sessions,
    hasAnyPassword: () => store.hasAnyPassword(),
    waysOf: (ids: readonly number[]) => store.readSignInWays(ids),

    async signIn(
      {
        username,
        password,
        code,
      }: { username: string; password: string; code?: string | undefined },
      origin: SignInOrigin,
    ): Promise<SignedIn> {
      const proved = await passwords.prove(username, password, origin)
      if (proved.totpSecret !== null) await secondFactor.check(proved.user, proved.totpSecret, code)
      proved.succeeded()
      const { passwordHash } = proved
      return sessions.begin(proved.user, origin, { how: 'password', passwordHash })
    },

    signInAs: createSingleSignOn(parts, sessions.begin),
    ...setUpLinks(tools),
    ...ownAccount(tools),
  }
}

interface Tools {
  parts: IdentityParts
  passwords: ReturnType<typeof createPasswordCheck>
  secondFactor: ReturnType<typeof createSecondFactor>
  sessions: ReturnType<typeof createSessions>
}

async function hashed({ passwords }: Tools, password: string, user: User): Promise<string> {
  const problem = passwordProblem(password, user.username)
  if (problem !== null)
    throw new SignInRefusal('password_weak', { field: 'password', detail: problem })
  return passwords.hash(password)
}

/** The password of a user who is already signed in. */
async function proveAgain(
  { passwords }: Tools,
  user: User,
  password: string,
  origin: SignInOrigin,
): Promise<Proved> {
  const proved = await passwords.prove(user.username, password, origin)
  proved.succeeded()
  return proved
}

/** Passwords that do not need the old one: set by a one-time link or by an operator. */
function setUpLinks(tools: Tools) {
  const { sessions } = tools
  const { store, change, sha256Hex, randomBytes, nowMs } = tools.parts
  return {
    /** Invalidates earlier links of the same user. */
    async createLink(actor: Actor, name: string): Promise<SetupLink & { user: User }> {
      const token = mintToken(randomBytes)
      const expiresAtMs = nowMs() + LINK_LASTS_MS
      const user = await change(actor, async (step, record) => {
        const found = await findUser(step, name)
        await step.createSetupLink(sha256Hex(token), found.id, expiresAtMs)
        await record('setup-link.create', `user:${found.id}`)
        return found
      })
      return { token, expiresAtMs, user }
    },

    /** Also for account recovery: it ends all sessions and disables a lost second factor. */
    async setUp(token: string, password: string, origin: SignInOrigin): Promise<SignedIn> {
      const invalid = () => new SignInRefusal('setup_link_invalid', { field: 'token' })
      if (!isWellFormedToken(token)) throw invalid()
      const tokenHash = sha256Hex(token)
      const userId = await store.findSetupLink(tokenHash, nowMs())
      const user = userId === null ? null : await store.findUserById(userId)
      if (user?.status !== 'active') throw invalid()
      const passwordHash = await hashed(tools, password, user)
      await change(signedInActor(user, origin.address), async (step, record) => {
        if ((await step.takeSetupLink(tokenHash, nowMs())) === null) throw invalid()
        await step.writeCredentials(user.id, { passwordHash, ...NO_SECOND_FACTOR })
        await step.deleteSessions(user.id, null)
        await record('password.set', `user:${user.id}`, { after: { by: 'setup link' } })
      })
      return sessions.begin(user, origin, { how: 'setup link', passwordHash })
    },

    /** Set by an operator, who does not know the old password. */
    async setPassword(actor: Actor, name: string, password: string): Promise<User> {
      const user = await findUser(store, name)
      const passwordHash = await hashed(tools, password, user)
      await change(actor, async (step, record) => {
        await step.writeCredentials(user.id, { passwordHash, ...NO_SECOND_FACTOR })
        await step.deleteSessions(user.id, null)
        await record('password.set', `user:${user.id}`)
      })
      return user
    },
  }
}

/** What users change of their own account, with their password. */
function ownAccount(tools: Tools) {
  const { secondFactor } = tools
  const { change } = tools.parts
  return {
    async changePassword(
      { user, sessionId }: { user: User; sessionId: number | null },
      given: { current: string; password: string },
      origin: SignInOrigin,
    ): Promise<void> {
      const proved = await proveAgain(tools, user, given.current, origin)
      const passwordHash = await hashed(tools, given.password, user)
      await change(signedInActor(user, origin.address), async (step, record) => {
        await refuseIfReplaced(step, user, proved.passwordHash)
        await step.writeCredentials(user.id, { passwordHash })
        await step.deleteSessions(user.id, sessionId)
        await record('password.change', `user:${user.id}`)
      })
    },

    async startTotp(user: User, password: string, origin: SignInOrigin) {
      await proveAgain(tools, user, password, origin)
      return secondFactor.start(user)
    },
    confirmTotp: (user: User, code: string, origin: SignInOrigin) =>
      secondFactor.confirm(signedInActor(user, origin.address), user, code),
    async removeTotp(
      user: User,
      { password, code }: { password: string; code: string },
      origin: SignInOrigin,
    ): Promise<void> {
      const proved = await tools.passwords.prove(user.username, password, origin)
      if (proved.totpSecret !== null) await secondFactor.check(user, proved.totpSecret, code)
      // Only now: a right password must not make guesses at the code free.
      proved.succeeded()
      await secondFactor.remove(signedInActor(user, origin.address), user)
    },
  }
}

const NO_SECOND_FACTOR = { totpSecret: null, totpPending: null, totpLastStep: null }

export type Identity = ReturnType<typeof createIdentity>
