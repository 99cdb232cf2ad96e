/**
 * The gateways that a request passed, in a header: one that finds itself there was reached by its own request. No
 * other header is common to what may lie between them, and `via` makes some servers answer in another way.
 */
import type { HeaderSource } from './headers.ts'

export const HOPS_HEADER = 'x-gpt-proxy-via'
/** Of this process, not of the installation: a copy of its database may rightly lead to the original. */
export const OWN_HOP = crypto.randomUUID().replaceAll('-', '').slice(0, 16)
/** Ends loops over gateways with many instances, each of which is met in turn. */
export const MAX_HOPS = 8

/** Others would be cut to bytes in another way than they came. */
export const SENDABLE = /^[\t\x20-\x7e]+$/

export type HopsProblem = 'own' | 'many'

/** Null for what may go on. */
export function hopsProblem(headers: HeaderSource): HopsProblem | null {
  const hops = headers.get(HOPS_HEADER)
  if (hops === null) return null
  if (hops.includes(OWN_HOP)) return 'own'
  return new Set(hops.split(',').map((hop) => hop.trim())).size >= MAX_HOPS ? 'many' : null
}

/** What the next gateway is told of those before this one; null if there were none. */
export function passedHops(headers: HeaderSource): string | null {
  const hops = headers.get(HOPS_HEADER)
  return hops === null || !SENDABLE.test(hops) ? null : `${hops}, ${OWN_HOP}`
}
