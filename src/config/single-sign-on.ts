/** The OpenID provider that signs people in to the console. */
import type { z } from 'zod'
import { ConfigError } from './config-error.ts'
import type { VARIABLES } from './variables.ts'

type Values = z.output<z.ZodObject<typeof VARIABLES>>

/** Null if none is configured; throws ConfigError if a part is missing, because no sign-in would work. */
export function singleSignOnOf(values: Values) {
  const {
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: clientId,
    OIDC_CLIENT_SECRET: clientSecret,
    OIDC_NAME: name,
    OIDC_SCOPES: scopes,
    OIDC_ROLE_CLAIM: roleClaim,
    OIDC_ROLES: roles,
  } = values
  const parts = { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret }
  if (issuer === undefined && clientId === undefined && clientSecret === undefined) return null
  const missing = Object.entries(parts).find(([, value]) => value === undefined)?.[0]
  if (issuer === undefined || clientId === undefined || clientSecret === undefined)
    throw new ConfigError(
      missing ?? 'OIDC_ISSUER',
      `Single sign-on is configured without ${missing}`,
      'Set OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET together, or none of them.',
    )
  const shown = name ?? new URL(issuer).host
  const asked = scopes.includes('openid') ? scopes : ['openid', ...scopes]
  return { issuer, clientId, clientSecret, name: shown, scopes: asked, roleClaim, roles }
}
