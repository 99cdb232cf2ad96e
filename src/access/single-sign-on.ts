/** Signing in with an OpenID provider: what is asked of it, and which role its claims give. */
import type { UserRole } from '../core/entities.ts'

export interface ProviderIdentity {
  issuer: string
  /** The user's id at the provider; unlike a name or an address, it is never given to another person. */
  subject: string
  /** Null unless the provider has verified that it is the user's. */
  email: string | null
  username: string | null
  /** The values of the claim that decides on the role; null if the provider did not send it. */
  groups: readonly string[] | null
}

/** What only the browser that began a sign-in has; single use. */
export interface SignInChecks {
  state: string
  nonce: string
  codeVerifier: string
}

export interface IdentityProvider {
  issuer: string
  clientId: string
  /** For the button that signs in. */
  name: string
  /** False if it could not be reached a moment ago. */
  isAvailable(): boolean
  /** The address to send the browser to. Rejects if the provider can't be reached. */
  begin(redirectUri: string): Promise<{ url: string; checks: SignInChecks }>
  /** `callback` is the address that the browser came back to. Rejects if anything in it is not as it should be. */
  finish(callback: URL, checks: SignInChecks): Promise<ProviderIdentity>
}

/** Which value of the claim gives which role. */
export type RoleMapping = ReadonlyMap<string, UserRole>

const BY_RIGHTS: readonly UserRole[] = ['admin', 'viewer', 'user']

/** Matches any value of a claim that is not empty. */
const ANY = '*'

/**
 * `keep`: the provider doesn't mention the role, so it stays as it is. Null: it gives none. Of several, the one
 * with the most rights.
 */
export function roleFor(
  mapping: RoleMapping,
  groups: readonly string[] | null,
): UserRole | 'keep' | null {
  if (mapping.size === 0 || groups === null) return 'keep'
  const given = [...groups, ...(groups.length > 0 ? [ANY] : [])].map((group) => mapping.get(group))
  return BY_RIGHTS.find((role) => given.includes(role)) ?? null
}
