/**
 * Signs a request with AWS Signature Version 4.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 *
 * Written here rather than taken from a library because it is synchronous (the libraries use WebCrypto)
 * and shorter than the calls to one; the tests compare it with AWS's own signer.
 */
import type { AwsKeys } from '../../upstreams/credentials.ts'

export interface SigningScope {
  region: string
  /** The name that AWS signs for, for example `bedrock`. */
  service: string
}

export interface UnsignedRequest {
  method: string
  url: string
  /** All of these are signed. */
  headers: Readonly<Record<string, string>>
  /** The exact bytes that will be sent. */
  body: string
}

/** The headers of `request` and those that authenticate it. The path is signed as it is in the URL. */
export function signRequest(
  request: UnsignedRequest,
  keys: AwsKeys,
  scope: SigningScope,
  nowMs: number,
): Record<string, string> {
  const url = new URL(request.url)
  const time = `${new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '')}`
  const headers: Record<string, string> = {
    ...request.headers,
    host: url.host,
    'x-amz-date': time,
    ...(keys.sessionToken === null ? {} : { 'x-amz-security-token': keys.sessionToken }),
  }
  const names = Object.keys(headers).sort()
  const canonical = [
    request.method,
    url.pathname.split('/').map(encoded).join('/'),
    canonicalQuery(url.searchParams),
    ...names.map((name) => `${name}:${headers[name]?.trim().replace(/ +/g, ' ')}`),
    '',
    names.join(';'),
    sha256(request.body).toHex(),
  ].join('\n')
  const credential = `${time.slice(0, 8)}/${scope.region}/${scope.service}/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', time, credential, sha256(canonical).toHex()].join('\n')
  const signature = hmac(signingKey(keys.secretAccessKey, credential), toSign).toHex()
  const { host: _host, ...sent } = headers
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  }
}

function signingKey(secret: string, credential: string): Uint8Array {
  let key: Uint8Array = new TextEncoder().encode(`AWS4${secret}`)
  for (const part of credential.split('/')) key = hmac(key, part)
  return key
}

/** Every service but S3 signs the path encoded once more than it is sent. */
function encoded(text: string): string {
  const percent = (char: string) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`
  return encodeURIComponent(text).replace(/[!'()*]/g, percent)
}

/** By name, then by value; `a` comes before `a1`, although `=` sorts after `1`. */
function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .sort(([name, value], [name2, value2]) =>
      name === name2 ? compare(value, value2) : compare(name, name2),
    )
    .map((pair) => pair.join('='))
    .join('&')
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other)
}

function sha256(text: string): Uint8Array {
  return new Bun.CryptoHasher('sha256').update(text).digest()
}

function hmac(key: Uint8Array, text: string): Uint8Array {
  return new Bun.CryptoHasher('sha256', key).update(text).digest()
}
