/** Checks a password without revealing whether the user exists, and with bounded hashing work. */
import { HasherBusy } from '../../access/password.ts'
import type { User } from '../../core/entities.ts'
import type { AdminStore } from '../store.ts'
import type { Devices } from './devices.ts'
import type { IdentityParts, SignInOrigin } from './parts.ts'
import { SignInRefusal } from './refusal.ts'

const BUSY_WAIT_MS = 2_000

export interface PasswordCheck {
  /** Throws SignInRefusal if the password is wrong; an unknown user takes as long as a known one. */
  prove(username: string, password: string, origin: SignInOrigin): Promise<Proved>
  hash(password: string): Promise<string>
}

export interface Proved {
  user: User
  /** Of the password that was right: what it allows must not outlast it. */
  passwordHash: string
  /** Sealed; null unless the second factor is on. */
  totpSecret: string | null
  /** Call this once the whole sign-in has succeeded. */
  succeeded(): void
}

/** In the transaction of what a password allows: it takes a while to check one, and it may be replaced meanwhile. */
export async function refuseIfReplaced(
  step: Pick<AdminStore, 'readCredentials'>,
  user: User,
  passwordHash: string,
): Promise<void> {
  const now = await step.readCredentials(user.id)
  if (now?.passwordHash !== passwordHash) throw new SignInRefusal('invalid_credentials')
}

export function createPasswordCheck(parts: IdentityParts, devices: Devices): PasswordCheck {
  const { store, hasher, lockout, nowMs } = parts
  let decoy: Promise<string> | null = null
  /** Verified for a user without a password, so that timing reveals nothing. */
  const decoyHash = () => {
    decoy ??= hasher.hash('nobody has this password').catch((error) => {
      decoy = null
      throw error
    })
    return decoy
  }

  return {
    hash: (password) => unlessBusy(hasher.hash(password)),
    async prove(username, password, origin) {
      const user = await store.findUser(username)
      const device = await devices.recognise(origin.device, user)
      const attempt = { account: username, address: origin.address, device }
      const waitMs = lockout.admit(attempt, nowMs())
      if (waitMs > 0) throw new SignInRefusal('too_many_attempts', { waitMs })
      const credentials = user === null ? null : await store.readCredentials(user.id)
      const hash = credentials?.passwordHash ?? (await unlessBusy(decoyHash()))
      const matches = await unlessBusy(hasher.verify(password, hash, device !== null))
      if (user?.status !== 'active' || !credentials?.passwordHash || !matches)
        throw new SignInRefusal('invalid_credentials')
      const { totpSecret, passwordHash } = credentials
      return { user, passwordHash, totpSecret, succeeded: () => lockout.succeeded(attempt) }
    },
  }
}

async function unlessBusy<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof HasherBusy)
      throw new SignInRefusal('sign_in_busy', { waitMs: BUSY_WAIT_MS })
    throw error
  }
}
