/** An OpenID provider, by the certified library openid-client: code flow with PKCE, state and nonce. */
import * as client from 'openid-client'
import type { IdentityProvider, ProviderIdentity } from '../../access/single-sign-on.ts'

export interface ProviderSettings {
  issuer: string
  clientId: string
  clientSecret: string
  name: string
  scopes: readonly string[]
  /** The claim that decides on the role; `realm_access.roles` is one within another. */
  roleClaim: string
}

const TIMEOUT_S = 10
/** An unreachable provider is asked again after this long. */
const RETRY_MS = 10_000

export function createIdentityProvider(
  settings: ProviderSettings,
  nowMs: () => number,
): IdentityProvider {
  const { issuer, clientId, name, scopes, roleClaim } = settings
  let known: Promise<client.Configuration> | null = null
  let failedAtMs = Number.NEGATIVE_INFINITY

  /** Found out once; a failure is not remembered. */
  const configuration = (): Promise<client.Configuration> => {
    known ??= discover(settings).catch((error) => {
      known = null
      failedAtMs = nowMs()
      throw error
    })
    return known
  }

  return {
    issuer,
    clientId,
    name,
    isAvailable: () => nowMs() - failedAtMs > RETRY_MS,
    async begin(redirectUri) {
      const provider = await configuration()
      const checks = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        codeVerifier: client.randomPKCECodeVerifier(),
      }
      const url = client.buildAuthorizationUrl(provider, {
        redirect_uri: redirectUri,
        scope: scopes.join(' '),
        state: checks.state,
        nonce: checks.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(checks.codeVerifier),
        code_challenge_method: 'S256',
      })
      return { url: url.href, checks }
    },
    async finish(callback, { state, nonce, codeVerifier }) {
      const provider = await configuration()
      const tokens = await client.authorizationCodeGrant(provider, callback, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      })
      const inToken = tokens.claims() as Claims & { sub: string }
      // Some providers send groups and addresses only to those who ask for them.
      const isWhole = valueAt(inToken, roleClaim) !== undefined && inToken.email !== undefined
      const more =
        isWhole || provider.serverMetadata().userinfo_endpoint === undefined
          ? {}
          : await client.fetchUserInfo(provider, tokens.access_token, inToken.sub)
      return identityOf({ ...more, ...inToken }, settings)
    },
  }
}

type Claims = Readonly<Record<string, unknown>>

function identityOf(claims: Claims, { issuer, roleClaim }: ProviderSettings): ProviderIdentity {
  const { sub, email, email_verified: verified, preferred_username: username } = claims
  return {
    issuer,
    subject: String(sub),
    email: typeof email === 'string' && verified === true ? email : null,
    username: typeof username === 'string' ? username : null,
    groups: textsOf(valueAt(claims, roleClaim)),
  }
}

/** A claim by its whole name, as of namespaced ones with dots, or by a path. */
function valueAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path]
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, name)
          ? (value as Claims)[name]
          : undefined,
      claims,
    )
}

/** Some providers send a single value as a text. */
function textsOf(value: unknown): readonly string[] | null {
  if (value === undefined) return null
  const values = Array.isArray(value) ? value : [value]
  return values.filter((each) => typeof each === 'string' && each !== '')
}

async function discover(settings: ProviderSettings): Promise<client.Configuration> {
  const { issuer, clientId, clientSecret } = settings
  const address = new URL(issuer)
  const execute = [
    // The token comes from the provider itself; its signature is checked all the same.
    client.enableNonRepudiationChecks,
    // Configuration allows plain HTTP for this machine only.
    ...(address.protocol === 'http:' ? [client.allowInsecureRequests] : []),
  ]
  const authentication: client.ClientAuth = (server, metadata, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    const send = methods.includes('client_secret_basic')
      ? client.ClientSecretBasic(clientSecret)
      : client.ClientSecretPost(clientSecret)
    send(server, metadata, body, headers)
  }
  const options = { execute, timeout: TIMEOUT_S }
  return client.discovery(address, clientId, undefined, authentication, options)
}
