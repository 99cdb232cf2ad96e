/** A failure at an upstream: its class, its scope, and whether another attempt makes sense. */

/**
 * `connect`: no usable reply came (refused, TLS, reset, cut off). `timeout`: it stayed silent. `server`: a 5xx
 * or a broken reply. `rate`, `quota`, `auth`: limits, billing and rights. `model`: the model is not there, or
 * not for this key. `context`, `filter`, `client`: the request itself; another key would say the same.
 */
export type FailureClass =
  | 'connect'
  | 'timeout'
  | 'server'
  | 'rate'
  | 'quota'
  | 'auth'
  | 'model'
  | 'context'
  | 'filter'
  | 'client'

/**
 * What the failure says something about: this request alone, one model at one key, all of a key, or all of a
 * host. An `auth` or `quota` failure of scope `request` is a suspicion: no code says that it is about the key.
 */
export type FailureScope = 'request' | 'model' | 'key' | 'host'

export interface Failure {
  class: FailureClass
  scope: FailureScope
  /** For people; redacted, contains no key and no prompt. */
  detail: string
  /** The upstream's status, if it answered. */
  status: number | null
  /** The upstream's error code, if it can be shown. */
  code: string | null
  retryAfterMs: number | null
  /** The upstream may have processed the request although no reply arrived. */
  ambiguous: boolean
  /** The connection ended before the first byte of a reply, as when the upstream had just closed an idle one. */
  reset: boolean
  /** The upstream's own error object, if the client should see it; already redacted. */
  error: Readonly<Record<string, unknown>> | null
}

const USUAL_SCOPE: Readonly<Record<FailureClass, FailureScope>> = {
  connect: 'host',
  timeout: 'model',
  server: 'model',
  rate: 'model',
  quota: 'key',
  auth: 'key',
  model: 'model',
  context: 'request',
  filter: 'request',
  client: 'request',
}

export function failure(kind: FailureClass, detail: string, more: Partial<Failure> = {}): Failure {
  return {
    class: kind,
    scope: USUAL_SCOPE[kind],
    detail,
    status: null,
    code: null,
    retryAfterMs: null,
    ambiguous: false,
    reset: false,
    error: null,
    ...more,
  }
}

/** The classes that count against an upstream; the others are about the request. */
export const FAULTS_OF_UPSTREAMS: ReadonlySet<string> = new Set<FailureClass>([
  ...(['connect', 'timeout', 'server'] as const),
  ...(['rate', 'quota', 'auth', 'model'] as const),
])

/** Another key would give the same result. */
export function isAboutRequest({ class: kind }: Failure): boolean {
  return kind === 'client' || kind === 'context' || kind === 'filter'
}

/** Rejected without a code that blames the key: it may concern only this request. */
export function isSuspicion({ class: kind, scope }: Failure): boolean {
  return scope === 'request' && (kind === 'auth' || kind === 'quota')
}

/** Nothing was generated and no time was lost, so such attempts are not counted. */
export function costsNothing({ class: kind, ambiguous }: Failure): boolean {
  return !ambiguous && ['connect', 'auth', 'quota', 'rate', 'model'].includes(kind)
}
