/** What passwords may be, and who hashes them. */

export const MIN_PASSWORD = 12
/** A longer one could be set on the command line, but not be used: the sign-in takes no more. */
export const MAX_PASSWORD = 256
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
  if (password.length > MAX_PASSWORD) return `use at most ${MAX_PASSWORD} characters`
  if (password.toLowerCase().includes(username.toLowerCase()) && username.length > 3)
    return 'the password must not contain the user name'
  if (new Set(password).size < 4) return 'use more different characters'
  return null
}
