/** Where passwords, sessions, one-time links and links to identity providers are kept. */
import type { User } from '../core/entities.ts'
import type { Session } from './session.ts'

export interface SignInCredentials {
  /** Argon2id, in the PHC form; null if none was set. */
  passwordHash: string | null
  /** Sealed; null unless the second factor is on. */
  totpSecret: string | null
  /** Sealed; set up, and not confirmed yet. */
  totpPending: string | null
  /** The time step of the code that was used last: none is accepted twice. */
  totpLastStep: number | null
}

export interface NewSession {
  tokenHash: string
  userId: number
  nowMs: number
  expiresAtMs: number
  address: string
  userAgent: string
}

export interface SignedInSession {
  session: Session
  user: User
}

/** A creation that was asked for with an Idempotency-Key. */
export interface Creation {
  /** Whose key it is. */
  userId: number
  key: string
  /** Digest of what was asked for: the same key with another body is a mistake. */
  requestHash: string
  /** Null while it is being made. */
  result: string | null
  createdAtMs: number
}

export interface IdentityStore {
  readCredentials(userId: number): Promise<SignInCredentials | null>
  /** Which of these users have a password, and which a second factor. */
  readSignInWays(
    userIds: readonly number[],
  ): Promise<Map<number, { password: boolean; totp: boolean }>>
  /** What is not given stays as it is. */
  writeCredentials(userId: number, patch: Partial<SignInCredentials>): Promise<void>
  hasAnyPassword(): Promise<boolean>
  /** False if that step, or a later one, was used before. */
  useTotpStep(userId: number, step: number): Promise<boolean>

  createSession(session: NewSession): Promise<Session>
  findSession(tokenHash: string): Promise<SignedInSession | null>
  touchSession(id: number, nowMs: number, expiresAtMs: number): Promise<void>
  listSessions(userId: number | null, nowMs: number): Promise<SignedInSession[]>
  /** False if there is none, or it is not of `userId` where that is given. */
  deleteSession(id: number, userId: number | null): Promise<boolean>
  /** All of a user but `exceptId`; how many. */
  deleteSessions(userId: number, exceptId: number | null): Promise<number>
  deleteExpired(nowMs: number): Promise<void>

  createSetupLink(tokenHash: string, userId: number, expiresAtMs: number): Promise<void>
  /** Whose link it is; null if it was used or has expired. */
  findSetupLink(tokenHash: string, nowMs: number): Promise<number | null>
  /** Once: of two who use the same link at the same time, one gets null. */
  takeSetupLink(tokenHash: string, nowMs: number): Promise<number | null>

  findLinkedUser(issuer: string, subject: string): Promise<User | null>
  linkUser(issuer: string, subject: string, userId: number): Promise<void>
  /** Whether the user has any account at this provider. */
  isLinked(userId: number, issuer: string): Promise<boolean>

  /** False if this user has used the key already: then `findCreation` says for what. */
  beginCreation(creation: Omit<Creation, 'result'>): Promise<boolean>
  findCreation(userId: number, key: string): Promise<Creation | null>
  finishCreation(userId: number, key: string, result: string): Promise<void>
  forgetCreation(userId: number, key: string): Promise<void>

  readSetting(name: string): Promise<string | null>
  writeSetting(name: string, value: string | null): Promise<void>
  /** The value that is there, or `value` if there was none; of two at once, one's. */
  settingOr(name: string, value: string): Promise<string>
}
