/** What went wrong at an upstream: kind, blame and whether another try makes sense, each apart. */

/**
 * `local`: no answer came (connect, TLS, timeout, reset). `server`: a 5xx or a broken reply. `rate`,
 * `quota`, `auth`: about this one key. `client`: about the request itself; another key would say the same.
 */
export type FailureClass = 'local' | 'server' | 'rate' | 'quota' | 'auth' | 'client'

export interface Failure {
  class: FailureClass
  /** For people; redacted, holds no key and no prompt. */
  detail: string
  /** The upstream's status, where it answered. */
  status: number | null
  /** Its code, where it is one that can be shown. */
  code: string | null
  retryAfterMs: number | null
  /** The upstream may have worked on the request although no reply came. */
  ambiguous: boolean
  /** The connection ended before a single byte of a reply, as an idle one does that the upstream had just closed. */
  reset: boolean
  /** It stayed silent past a time limit; it is never asked again with the same key. */
  timedOut: boolean
  /** The upstream's own error object, for client failures only; already redacted. */
  error: Readonly<Record<string, unknown>> | null
}

export function failure(kind: FailureClass, detail: string, more: Partial<Failure> = {}): Failure {
  return {
    class: kind,
    detail,
    status: null,
    code: null,
    retryAfterMs: null,
    ambiguous: false,
    reset: false,
    timedOut: false,
    error: null,
    ...more,
  }
}
