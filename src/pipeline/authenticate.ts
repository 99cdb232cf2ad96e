/** Stage 1: who asks. Before the body is read, and without the database. */
import { type Caller, isExpired } from '../access/caller.ts'
import type { RefusedKey } from '../access/key-activity.ts'
import { isWellFormedProxyKey } from '../access/proxy-key.ts'
import { GatewayError } from '../core/errors.ts'
import type { HeaderSource } from '../core/headers.ts'
import { isAllowedFrom } from '../limits/allowed-addresses.ts'
import { readClientAddress } from '../limits/client-address.ts'
import type { ClientPeer } from '../limits/rate-limits.ts'
import type { Services } from './services.ts'

/** One constant message: a wrong key learns nothing about how it was wrong. */
const REFUSAL =
  'gateway: no valid proxy key was given. Send "Authorization: Bearer sk-proxy-…" with a key that is active; an operator makes one with "gpt-proxy key create".'

/** Only blanks and tabs are no part of a key: two readers must not take different keys out of one header. */
const BEARER = /^bearer[ \t]+([^ \t].*?)[ \t]*$/i

export function authenticate(gateway: Services, client: ClientPeer): Caller {
  const key = presentedKey(client.headers)
  if (key === null || !isWellFormedProxyKey(key)) throw refused()
  const { directory } = gateway
  const keyHash = gateway.sha256Hex(key)
  const caller = directory.findCaller(keyHash)
  if (caller === null) throw refused(directory.findRefused?.(keyHash) ?? null)
  if (isExpired(caller, gateway.clock.nowMs())) throw refused(expired(caller))
  assertAllowedFrom(gateway, caller, client)
  return caller
}

/** A key that leaked is of no use elsewhere, and that is all that its finder learns. */
function assertAllowedFrom(gateway: Services, { key }: Caller, client: ClientPeer): void {
  if (key.allowedAddresses === null) return
  const address = readClientAddress(
    client.peer(),
    client.headers.get('x-forwarded-for'),
    gateway.trustsProxy,
  )
  if (!isAllowedFrom(key.allowedAddresses, address)) throw refused()
}

export function authenticateAdmin(gateway: Services, client: ClientPeer): Caller {
  const caller = authenticate(gateway, client)
  if (caller.user.role === 'admin') return caller
  throw new GatewayError('admin_key_required', 'gateway: this needs a key of an admin.')
}

/**
 * OpenAI clients send a bearer token, Azure clients `api-key`, Anthropic clients `x-api-key`, Google's
 * `x-goog-api-key`. Some of them also send an empty `authorization`.
 */
function presentedKey(headers: HeaderSource): string | null {
  const authorization = headers.get('authorization')
  if (authorization) return BEARER.exec(authorization)?.[1] ?? null
  return headers.get('api-key') ?? headers.get('x-api-key') ?? headers.get('x-goog-api-key')
}

/** The client learns nothing of it; the operator's log does. */
export class KeyRefused extends GatewayError {
  /** Null for a key that nobody knows. */
  readonly refusedKey: RefusedKey | null

  constructor(refusedKey: RefusedKey | null) {
    super('invalid_api_key', REFUSAL, { headers: { 'www-authenticate': 'Bearer' } })
    this.refusedKey = refusedKey
  }
}

function refused(key: RefusedKey | null = null): GatewayError {
  return new KeyRefused(key)
}

function expired({ user, key }: Caller): RefusedKey {
  return { keyId: key.id, prefix: key.prefix, user: user.username, reason: 'expired' }
}

/** For a request that was let in with a key which stopped working before its response began. */
export function keyRevoked(): GatewayError {
  return new GatewayError(
    'invalid_api_key',
    'gateway: this proxy key stopped working while the request ran: it was revoked, or its user disabled.',
    { headers: { 'www-authenticate': 'Bearer' } },
  )
}
