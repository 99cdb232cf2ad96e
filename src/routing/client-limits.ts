/** How a client may narrow where its request goes. */
import type { HeaderSource } from '../core/headers.ts'

export interface ClientLimits {
  /** Only the target that is chosen first. */
  noFallback: boolean
  /** The most time for the request, all attempts together; null: the gateway's own limit. */
  timeoutMs: number | null
  /** Only this upstream, or this model there; null: any. */
  target: string | null
}

export const NO_LIMITS: ClientLimits = { noFallback: false, timeoutMs: null, target: null }

const NO_FALLBACK = 'x-gpt-proxy-no-fallback'
const TIMEOUT = 'x-gpt-proxy-timeout-ms'
const TARGET = 'x-gpt-proxy-target'

/** Throws what `refuse` makes of a value that means nothing. */
export function readClientLimits(
  headers: HeaderSource,
  refuse: (message: string) => Error,
): ClientLimits {
  const noFallback = headers.get(NO_FALLBACK)
  const timeout = headers.get(TIMEOUT)
  const target = headers.get(TARGET)
  if (noFallback === null && timeout === null && target === null) return NO_LIMITS
  return {
    noFallback: noFallback !== null && booleanOf(noFallback, refuse),
    timeoutMs: timeout === null ? null : millisecondsOf(timeout, refuse),
    target: target === null || target === '' ? null : target,
  }
}

function booleanOf(text: string, refuse: (message: string) => Error): boolean {
  if (/^(?:1|true|yes)$/i.test(text)) return true
  if (/^(?:0|false|no)$/i.test(text)) return false
  throw refuse(`${NO_FALLBACK} must be true or false`)
}

function millisecondsOf(text: string, refuse: (message: string) => Error): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw refuse(`${TIMEOUT} must be a whole number of milliseconds`)
}
