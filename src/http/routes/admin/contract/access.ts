/** Who may call an operation. Each one declares it; the guard and the tests read it from there. */

export const ROLES = ['admin', 'viewer', 'user'] as const
export type Role = (typeof ROLES)[number]

/** `open`: no sign-in needed. `key`: the holder of any proxy key. Otherwise the roles of a session or an admin's key. */
export type Access = 'open' | 'key' | readonly Role[]

export interface Declared {
  'x-access': Access
  security: Record<string, string[]>[]
}

const SIGNED_IN = [{ session: [] }, { key: [] }]

export const ADMIN = signedIn('admin')
/** Viewers read everything and change nothing. */
export const READERS = signedIn('admin', 'viewer')
/** Users see and change only what is theirs. */
export const EVERYONE = signedIn(...ROLES)
/** Users manage their own keys; viewers change nothing. */
export const OWNERS = signedIn('admin', 'user')
export const OPEN: Declared = { 'x-access': 'open', security: [] }
export const KEY_HOLDERS: Declared = { 'x-access': 'key', security: [{ key: [] }] }

function signedIn(...roles: Role[]): Declared {
  return { 'x-access': roles, security: SIGNED_IN }
}
