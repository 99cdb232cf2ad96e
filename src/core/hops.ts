/**
 * The gateways that a request has passed, in a header: a gateway that finds itself there has received its own request.
 * The header is our own, because `via` makes some servers respond differently.
 */
import type { HeaderSource } from './headers.ts'

export const HOPS_HEADER = 'x-gpt-proxy-via'
/** Names this process, not the installation: a gateway with a copy of the database may use the original as its upstream. */
export const OWN_HOP = crypto.randomUUID().replaceAll('-', '').slice(0, 16)
/** Ends loops through gateways with many instances, where each round may reach another one. */
export const MAX_HOPS = 8

/** Other characters could not be sent on as they came. */
export const SENDABLE = /^[\t\x20-\x7e]+$/

export type HopsProblem = 'own' | 'many'

/** Null if the request may go on. */
export function hopsProblem(headers: HeaderSource): HopsProblem | null {
  const hops = headers.get(HOPS_HEADER)
  if (hops === null) return null
  if (hops.includes(OWN_HOP)) return 'own'
  return new Set(hops.split(',').map((hop) => hop.trim())).size >= MAX_HOPS ? 'many' : null
}

/** The header's value for the next gateway; null if there was none before this one. */
export function passedHops(headers: HeaderSource): string | null {
  const hops = headers.get(HOPS_HEADER)
  return hops === null || !SENDABLE.test(hops) ? null : `${hops}, ${OWN_HOP}`
}
