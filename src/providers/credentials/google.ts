/** Access tokens of Google Cloud: for a service account by a signed assertion, or from the metadata server. */
import type { GoogleUser, ServiceAccount } from './credential.ts'
import type { Expiring } from './fresh-value.ts'
import { CredentialError, type CredentialFetch, FORM, form, tokenFrom } from './token-request.ts'

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const ASSERTION_SECONDS = 3_600

/** RFC 7523. https://developers.google.com/identity/protocols/oauth2/service-account#httprest */
export async function serviceAccountToken(
  account: ServiceAccount,
  fetch: CredentialFetch,
  nowMs: number,
): Promise<Expiring<string>> {
  const body = form({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: await assertion(account, nowMs),
  })
  const reply = await fetch({ method: 'POST', url: account.tokenUri, headers: FORM, body })
  return tokenFrom(`Google's token server, for ${account.clientEmail},`, reply, nowMs)
}

const USER_TOKENS = 'https://oauth2.googleapis.com/token'

/** https://developers.google.com/identity/protocols/oauth2/web-server#offline */
export async function userToken(
  { clientId, clientSecret, refreshToken }: GoogleUser,
  fetch: CredentialFetch,
  nowMs: number,
): Promise<Expiring<string>> {
  const body = form({
    grant_type: 'refresh_token',
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: refreshToken,
  })
  const reply = await fetch({ method: 'POST', url: USER_TOKENS, headers: FORM, body })
  return tokenFrom("Google's token server, for a user's login,", reply, nowMs)
}

/** A JWT of our own making: three lines less than the calls to a library. */
async function assertion(account: ServiceAccount, nowMs: number): Promise<string> {
  const issued = Math.floor(nowMs / 1_000)
  const header = {
    alg: 'RS256',
    typ: 'JWT',
    ...(account.privateKeyId && { kid: account.privateKeyId }),
  }
  const claims = {
    iss: account.clientEmail,
    scope: SCOPE,
    aud: account.tokenUri,
    iat: issued,
    exp: issued + ASSERTION_SECONDS,
  }
  const signed = [header, claims].map((each) => base64url(JSON.stringify(each))).join('.')
  const key = await privateKey(account.privateKey)
  const signature = await crypto.subtle.sign(ALGORITHM.name, key, new TextEncoder().encode(signed))
  return `${signed}.${Buffer.from(signature).toString('base64url')}`
}

const ALGORITHM = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const

async function privateKey(pem: string): Promise<CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
  try {
    return await crypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign'])
  } catch {
    throw new CredentialError("the service account's private_key is no PKCS #8 key", true)
  }
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url')
}

/** https://cloud.google.com/compute/docs/access/authenticate-workloads */
export async function metadataToken(
  host: string,
  fetch: CredentialFetch,
  nowMs: number,
): Promise<Expiring<string>> {
  const url = `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`
  const headers = { 'metadata-flavor': 'Google' }
  const reply = await fetch({ method: 'GET', url, headers, body: null })
  return tokenFrom(`Google's metadata server at ${host}`, reply, nowMs)
}
