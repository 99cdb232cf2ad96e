/** Requests that carry an access token, which may have to be fetched first. */
import type { CredentialSource } from '../upstreams/credentials.ts'
import type { Prepare, WireRequest } from '../upstreams/transport.ts'

/** A secret that is a key itself goes into the header `keyHeader`. */
export function withToken(secret: string, keyHeader = 'api-key'): Prepare {
  return (request, credentials) => authorized(request, secret, { credentials, keyHeader })
}

interface Means {
  credentials: CredentialSource
  keyHeader: string
}

function authorized(
  request: WireRequest,
  secret: string,
  { credentials, keyHeader }: Means,
): WireRequest | Promise<WireRequest> {
  const token = credentials.token(secret)
  if (token instanceof Promise) return token.then((fresh) => bearing(request, fresh))
  if (token !== null) return bearing(request, token)
  return { ...request, headers: { ...request.headers, [keyHeader]: secret } }
}

export function bearing(request: WireRequest, token: string): WireRequest {
  return { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } }
}
