/** What passwords may be, and who hashes them. */

export const MIN_PASSWORD = 12
/** In bytes: hashing has to take the same time for everybody. */
export const MAX_PASSWORD_BYTES = 1024

/** Both reject with `HasherBusy` if too many wait already. */
export interface PasswordHasher {
  hash(password: string): Promise<string>
  /** `first`: ahead of the queue, for a known browser. */
  verify(password: string, hash: string, first: boolean): Promise<boolean>
}

export class HasherBusy extends Error {
  override readonly name = 'HasherBusy'
}

/** Null if it may be used. */
export function passwordProblem(password: string, username: string): string | null {
  if ([...password].length < MIN_PASSWORD) return `use at least ${MIN_PASSWORD} characters`
  if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) return 'the password is too long'
  if (password.toLowerCase().includes(username.toLowerCase()) && username.length > 3)
    return 'the password must not contain the user name'
  if (new Set(password).size < 4) return 'use more different characters'
  return null
}
