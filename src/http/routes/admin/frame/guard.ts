/** Decides who a request is from, and whether its operation is for them. */
import type { MiddlewareHandler } from 'hono'
import { GatewayError } from '../../../../core/errors.ts'
import type { HeaderSource } from '../../../../core/headers.ts'
import type { ClientPeer } from '../../../../limits/rate-limits.ts'
import { authenticate } from '../../../../pipeline/authenticate.ts'
import { readCookie } from '../../../web/cookies.ts'
import { isSameOrigin } from '../../../web/same-origin.ts'
import type { Access } from '../contract/access.ts'
import { ApiError } from './api-error.ts'
import type { AdminApiParts, AdminEnv, Principal } from './parts.ts'

const SAFE_METHODS = ['GET', 'HEAD']

export function guard(access: Access, parts: AdminApiParts): MiddlewareHandler<AdminEnv> {
  return async (context, next) => {
    const { headers } = context.env.exchange
    const isChange = !SAFE_METHODS.includes(context.req.method)
    if (access !== 'open') {
      const principal = await principalOf(context.env.exchange, parts, access)
      if (principal === null) throw new ApiError('not_signed_in')
      if (access !== 'key' && !access.includes(principal.role))
        throw new ApiError('role_not_allowed')
      if (isChange && principal.by === 'session') requireSameOrigin(headers, context.var.visit)
      context.set('principal', principal)
    } else if (isChange) requireSameOrigin(headers, context.var.visit)
    await next()
  }
}

/** A key comes before a cookie: a client that sends one does not mean the other. */
async function principalOf(
  client: ClientPeer,
  parts: AdminApiParts,
  access: Access,
): Promise<Principal | null> {
  const { headers } = client
  if (headers.get('authorization') !== null || headers.get('api-key') !== null)
    return principalOfKey(client, parts, access)
  if (access === 'key') return null
  const found = await parts.identity.sessions.resume(readCookie(headers.get('cookie'), 'session'))
  if (found === null) return null
  const { user, session } = found
  const { id: sessionId, expiresAtMs } = session
  return { user, role: user.role, by: 'session', sessionId, expiresAtMs }
}

function principalOfKey(
  client: ClientPeer,
  { services }: AdminApiParts,
  access: Access,
): Principal {
  const { user, key } = authenticate(services, client)
  if (access !== 'key' && user.role !== 'admin')
    throw new GatewayError('admin_key_required', 'gateway: this route requires an admin key.')
  // Requests of the admin API have no record. A holder who looks at their key does not use it.
  if (access !== 'key') services.keyActivity.used({ keyId: key.id, atMs: services.clock.nowMs() })
  return { user, role: user.role, by: 'key', sessionId: null, expiresAtMs: null }
}

function requireSameOrigin(headers: HeaderSource, visit: AdminEnv['Variables']['visit']): void {
  if (!isSameOrigin(headers, visit)) throw new ApiError('origin_not_allowed')
}
