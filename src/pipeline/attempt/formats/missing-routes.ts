/**
 * Formats that a host turned out not to take for a model, although its vendor documents them: their clients get a
 * translation there. Known for an hour, and only until the key's row changes.
 */
import { BoundedMap } from '../../../core/bounded-map.ts'
import type { UpstreamKey } from '../../../core/entities.ts'
import type { Failure } from '../../../core/failure.ts'
import type { ProtocolName } from '../../../protocols/protocol.ts'

/** Names of models are the clients' choice, so what is kept of them has a bound. */
const MAX_KNOWN = 1_000
/** A host may be given the route later; and what was refused may have been something else in one client's request. */
const KNOWN_FOR_MS = 60 * 60 * 1000
const missing = new WeakMap<UpstreamKey, BoundedMap<string, number>>()

export function isRouteMissing(key: UpstreamKey, model: string, protocol: ProtocolName): boolean {
  const untilMs = missing.get(key)?.get(nameOf(model, protocol))
  return untilMs !== undefined && Date.now() < untilMs
}

export function routeIsMissing(key: UpstreamKey, model: string, protocol: ProtocolName): void {
  const known = missing.get(key) ?? new BoundedMap<string, number>(MAX_KNOWN)
  missing.set(key, known.set(nameOf(model, protocol), Date.now() + KNOWN_FOR_MS))
}

/** After all, since the translation failed as well. */
export function routeIsThere(key: UpstreamKey, model: string, protocol: ProtocolName): void {
  missing.get(key)?.delete(nameOf(model, protocol))
}

function nameOf(model: string, protocol: ProtocolName): string {
  return `${protocol} ${model}`
}

const STATUSES: readonly (number | null)[] = [404, 405, 501]
const REFUSED_MODEL = /\bmodel\b.*\b(?:not|un)[ -]?support|\bunsupported model\b/i
/** An error is some lines; what else it holds may repeat the prompt. */
const MAX_LOOKED_AT = 1_000

/** Words decide of a refused model, which is safe: the worst that they can cause is one request more. */
export function lacksRoute({ failure, said }: { failure: Failure; said: string }): boolean {
  if (STATUSES.includes(failure.status) || failure.class === 'model') return true
  return failure.status === 400 && REFUSED_MODEL.test(said.slice(0, MAX_LOOKED_AT))
}
