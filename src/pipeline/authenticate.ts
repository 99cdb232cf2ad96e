/** Stage 1: who asks. Before the body is read, and without the database. */
import { type Caller, isExpired } from '../access/caller.ts'
import type { RefusalReason, RefusedKey } from '../access/key-activity.ts'
import { isWellFormedProxyKey, mayBeForeignKey } from '../access/proxy-key.ts'
import { BoundedMap } from '../core/bounded-map.ts'
import { GatewayError } from '../core/errors.ts'
import type { HeaderSource } from '../core/headers.ts'
import { isAllowedFrom } from '../limits/allowed-addresses.ts'
import { readClientAddress } from '../limits/client-address.ts'
import type { ClientPeer } from '../limits/rate-limits.ts'
import type { Services } from './services.ts'

/** One constant message: a wrong key learns nothing about how it was wrong. */
const REFUSAL =
  'gateway: no valid proxy key was given. Send "Authorization: Bearer sk-proxy-…" with a key that is active; an operator makes one with "gpt-proxy key create".'

/** What follows is the key; headers come without blanks around them. */
const BEARER = /^bearer[ \t]+/i

/** Hashes by the header that held the key, only of known keys: strangers must not push them out. */
const knownHashes = new BoundedMap<string, string>(1_000)

export function authenticate(gateway: Services, client: ClientPeer): Caller {
  const authorization = client.headers.get('authorization')
  const known = authorization === null ? undefined : knownHashes.get(authorization)
  const keyHash = known ?? presentedHash(gateway, client.headers)
  const { directory } = gateway
  const caller = directory.findCaller(keyHash)
  if (caller === null) throw refused(directory.findRefused?.(keyHash) ?? null)
  const reason = whyUnusable(gateway, caller, client)
  if (reason !== null) throw refused(refusedKeyOf(caller, reason))
  if (known === undefined && authorization) knownHashes.set(authorization, keyHash)
  return caller
}

function presentedHash({ directory, sha256Hex }: Services, headers: HeaderSource): string {
  const key = presentedKey(headers)
  if (key === null || !mayBeKnown(key, directory)) throw refused()
  return sha256Hex(key)
}

/** Malformed keys are refused without a look-up, unless keys of another program were imported. */
function mayBeKnown(key: string, { hasForeignKeys }: Services['directory']): boolean {
  return isWellFormedProxyKey(key) || (hasForeignKeys === true && mayBeForeignKey(key))
}

/** Why this client can't use an active key now; null if it can. Every way to act as a key asks here. */
export function whyUnusable(
  { clock, trustsProxy }: Pick<Services, 'clock' | 'trustsProxy'>,
  caller: Caller,
  client: ClientPeer,
): 'expired' | 'address not allowed' | null {
  if (isExpired(caller, clock.nowMs())) return 'expired'
  const { allowedAddresses } = caller.key
  if (allowedAddresses === null) return null
  const forwardedFor = client.headers.get('x-forwarded-for')
  const address = readClientAddress(client.peer(), forwardedFor, trustsProxy)
  return isAllowedFrom(allowedAddresses, address) ? null : 'address not allowed'
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
  if (authorization) return bearerIn(authorization)
  return headers.get('api-key') ?? headers.get('x-api-key') ?? headers.get('x-goog-api-key')
}

/**
 * Only blanks and tabs are no part of a key: two readers must not take different keys out of one header. Strangers send
 * 64 KiB of blanks, so each character is looked at once.
 */
function bearerIn(authorization: string): string | null {
  const start = BEARER.exec(authorization)?.[0].length
  if (start === undefined) return null
  let end = authorization.length
  while (end > start && isBlank(authorization.charCodeAt(end - 1))) end--
  return end === start ? null : authorization.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}

/** The client learns nothing of it; the operator's log does. */
export class KeyRefused extends GatewayError {
  /** Null for an unknown key. */
  readonly refusedKey: RefusedKey | null

  constructor(refusedKey: RefusedKey | null) {
    super('invalid_api_key', REFUSAL, { headers: { 'www-authenticate': 'Bearer' } })
    this.refusedKey = refusedKey
  }
}

function refused(key: RefusedKey | null = null): GatewayError {
  return new KeyRefused(key)
}

function refusedKeyOf({ user, key }: Caller, reason: RefusalReason): RefusedKey {
  return { keyId: key.id, prefix: key.prefix, user: user.username, reason }
}

/** For a request that was let in with a key which stopped working before its response began. */
export function keyRevoked(): GatewayError {
  return new GatewayError(
    'invalid_api_key',
    'gateway: this proxy key stopped working while the request ran: it was revoked, or its user disabled.',
    { headers: { 'www-authenticate': 'Bearer' } },
  )
}
