/** Recognises, by a signed cookie, a browser that has signed in before; the cookie grants no access. */
import type { User } from '../../core/entities.ts'
import type { IdentityParts } from './parts.ts'

const SETTING = 'device_cookie_key'
const KEY_BYTES = 32
const NONCE_BYTES = 12

export interface Devices {
  /** A name for the browser if it has signed in as this user before, else null. */
  recognise(cookie: string | null, user: User | null): Promise<string | null>
  /** The cookie for a browser that has just signed in. */
  issue(user: User): Promise<string>
}

export function createDevices({
  store,
  sign,
  randomBytes,
}: Pick<IdentityParts, 'store' | 'sign' | 'randomBytes'>): Devices {
  const random = (count: number) => Buffer.from(randomBytes(count)).toString('base64url')
  let known: Promise<string> | null = null
  /** Shared by all instances through the store. */
  const key = (): Promise<string> => {
    known ??= store.settingOr(SETTING, random(KEY_BYTES)).catch((error) => {
      known = null
      throw error
    })
    return known
  }
  const signed = async (text: string) => `${text}.${sign(await key(), text)}`

  return {
    async recognise(cookie, user) {
      const [userId, nonce] = cookie?.split('.') ?? []
      if (user === null || nonce === undefined || userId !== String(user.id)) return null
      return (await signed(`${userId}.${nonce}`)) === cookie ? nonce : null
    },
    issue: (user) => signed(`${user.id}.${random(NONCE_BYTES)}`),
  }
}
