/** Checks a password without revealing whether the user exists, and with bounded hashing work. */
import { HasherBusy } from '../../access/password.ts'
import type { User } from '../../core/entities.ts'
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
  /** Sealed; null unless the second factor is on. */
  totpSecret: string | null
  /** Call this once the whole sign-in has succeeded. */
  succeeded(): void
}

export function createPasswordCheck(parts: IdentityParts, devices: Devices): PasswordCheck {
  const { store, hasher, lockout, nowMs } = parts
  let decoy: Promise<string> | null = null
  /** Verified if there is no password, so that timing reveals nothing. */
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
      const { totpSecret } = credentials
      return { user, totpSecret, succeeded: () => lockout.succeeded(attempt) }
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
