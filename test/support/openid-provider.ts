/** A scripted OpenID provider on loopback: it signs real tokens and checks what a provider has to check. */
import { createHash, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'

type Claims = Record<string, unknown>

export interface OpenIdProvider {
  issuer: string
  clientId: string
  clientSecret: string
  /** Of the next user who signs in. */
  user: Claims & { sub: string }
  /** Changes the ID token before it is signed. */
  claims: (claims: Claims) => Claims
  /** Further claims, only at the userinfo endpoint. */
  userInfo: Claims
  /** Signs the next tokens with a key that is not published. */
  forges: boolean
  /** What a browser does at the provider: it signs in. Returns the address that it is sent back to. */
  visit(authorizationUrl: string): string
  stop(): Promise<void>
}

interface Grant {
  nonce: string
  challenge: string
  redirectUri: string
}

interface KeyPair {
  publicKey: KeyObject
  privateKey: KeyObject
}

interface Provider {
  keys: { published: KeyPair; other: KeyPair }
  /** By code; each is used once. */
  grants: Map<string, Grant>
  codes: number
}

export function startOpenIdProvider(): OpenIdProvider {
  const keyPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
  const state: Provider = {
    keys: { published: keyPair(), other: keyPair() },
    grants: new Map(),
    codes: 0,
  }
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request): Response | Promise<Response> => answer(state, provider, request),
  })
  const provider: OpenIdProvider = {
    issuer: `http://127.0.0.1:${server.port}`,
    clientId: 'gpt-proxy',
    clientSecret: 'secret-of-the-gateway',
    user: { sub: 'nobody' },
    claims: (claims) => claims,
    userInfo: {},
    forges: false,
    visit: (authorizationUrl) => visit(state, authorizationUrl),
    stop: () => server.stop(true),
  }
  return provider
}

function answer(
  state: Provider,
  provider: OpenIdProvider,
  request: Request,
): Response | Promise<Response> {
  switch (new URL(request.url).pathname) {
    case '/.well-known/openid-configuration':
      return Response.json(metadata(provider.issuer))
    case '/keys': {
      const key = state.keys.published.publicKey.export({ format: 'jwk' })
      return Response.json({ keys: [{ ...key, kid: 'k1', use: 'sig', alg: 'RS256' }] })
    }
    case '/authorize':
      return Response.redirect(provider.visit(request.url))
    case '/token':
      return tokenReply(state, provider, request)
    case '/userinfo':
      return Response.json({ sub: provider.user.sub, ...provider.userInfo })
    default:
      return new Response('', { status: 404 })
  }
}

function metadata(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
  }
}

async function tokenReply(
  { grants, keys }: Provider,
  provider: OpenIdProvider,
  request: Request,
): Promise<Response> {
  const form = new URLSearchParams(await request.text())
  const grant = grants.get(form.get('code') ?? '')
  const verifier = form.get('code_verifier') ?? ''
  const isRight =
    grant !== undefined &&
    isClient(request.headers.get('authorization'), provider) &&
    form.get('redirect_uri') === grant.redirectUri &&
    createHash('sha256').update(verifier).digest('base64url') === grant.challenge
  grants.delete(form.get('code') ?? '')
  if (!isRight) return Response.json({ error: 'invalid_grant' }, { status: 400 })
  const now = Math.floor(Date.now() / 1000)
  const { issuer, clientId } = provider
  const claims = {
    ...{ iss: issuer, aud: clientId, iat: now, exp: now + 300, nonce: grant.nonce },
    ...provider.user,
  }
  const { privateKey } = provider.forges ? keys.other : keys.published
  return Response.json({
    access_token: 'at',
    token_type: 'Bearer',
    expires_in: 300,
    id_token: signed(provider.claims(claims), privateKey),
  })
}

function visit(state: Provider, authorizationUrl: string): string {
  const { searchParams: asked } = new URL(authorizationUrl)
  if (asked.get('code_challenge_method') !== 'S256') throw new Error('no PKCE')
  const redirectUri = asked.get('redirect_uri') ?? ''
  const code = `code-${++state.codes}`
  const challenge = asked.get('code_challenge') ?? ''
  state.grants.set(code, { nonce: asked.get('nonce') ?? '', challenge, redirectUri })
  const back = new URL(redirectUri)
  back.searchParams.set('code', code)
  back.searchParams.set('state', asked.get('state') ?? '')
  return back.href
}

/** Both parts are encoded as in a form (RFC 6749, 2.3.1). */
function isClient(
  authorization: string | null,
  { clientId, clientSecret }: Pick<OpenIdProvider, 'clientId' | 'clientSecret'>,
): boolean {
  const given = Buffer.from(authorization?.replace('Basic ', '') ?? '', 'base64').toString()
  const [id = '', secret = ''] = given.split(':').map(decodeURIComponent)
  return id === clientId && secret === clientSecret
}

function signed(claims: Claims, key: KeyObject): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ alg: 'RS256', kid: 'k1', typ: 'JWT' })}.${part(claims)}`
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key, 'base64url')}`
}
