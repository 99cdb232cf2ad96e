/** The error that the client gets when no upstream key could answer. */

import { type ErrorReport, GatewayError, retryAfterHeaders } from '../../core/errors.ts'
import { type Failure, isAboutRequest, isSuspicion } from '../../core/failure.ts'
import type { Candidate } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { MAX_RATE_COOLDOWN_MS } from '../../upstreams/health/breaker.ts'
import { QUOTA_COOLDOWN_MS, RATE_COOLDOWN_MS } from '../../upstreams/health/key-state.ts'
import type { Services } from '../services.ts'
import { breakerName } from './choose.ts'
import { type RequestTries, requestLimitMs } from './tries.ts'

export const TOO_LONG = 'the request took longer than REQUEST_TIMEOUT_MS'
const OWN_LIMIT = 'the request took longer than its own x-gpt-proxy-timeout-ms'
/** Files come free as requests end. */
const NO_FILE_WAIT_MS = 1_000

/** The upstream's own refusal of the request, in its words and with its status. */
export class UpstreamRefusal extends Error {
  override readonly name = 'UpstreamRefusal'
  readonly status: number
  readonly code: string | null
  readonly headers = {}
  private readonly reported: ErrorReport

  constructor(status: number, reported: ErrorReport) {
    super(reported.message)
    this.status = status
    this.code = reported.code
    this.reported = reported
  }

  report(): ErrorReport {
    return this.reported
  }
}

/** The last failure decides; the client gets `retry-after` only if every attempt met a 429. */
export function clientErrorOf(
  services: Services,
  { failures, current, context }: RequestTries,
): GatewayError | UpstreamRefusal {
  const last = failures[failures.length - 1] as Failure
  const who = `upstream ${current?.upstream.key.name}`
  if (isForClient(last)) return refusalOf(who, last)
  const rated = failures.filter((failed) => failed.class === 'rate')
  if (rated.length > 0 && rated.length === failures.length) return rateLimited(who, rated)
  switch (last.class) {
    case 'auth':
      return refusedKey(who, last)
    case 'quota':
      return new GatewayError(
        'no_available_upstream',
        `${who}: its account has no quota left. An operator must top it up.`,
        {
          headers: { ...retryAfterHeaders(QUOTA_COOLDOWN_MS), 'x-should-retry': 'false' },
        },
      )
    default: {
      const tries = failures.length === 1 ? '' : ` (${failures.length} tries)`
      const code = last.class === 'timeout' ? 'upstream_timeout' : 'upstream_error'
      const { requestId } = context
      services.logger.debug({ requestId, failures: failures.map(loggable) }, 'all tries failed')
      return new GatewayError(
        code,
        `${who}: ${last.detail}${tries}. Try again; an operator sees why in "gpt-proxy upstream list".`,
      )
    }
  }
}

/** A 401 never reaches the client as such: it would take it for its own key's. */
function isForClient(failed: Failure): boolean {
  if (isSuspicion(failed)) return failed.status !== 401
  return isAboutRequest(failed) || failed.class === 'model'
}

function rateLimited(who: string, rated: readonly Failure[]): GatewayError {
  const waits = rated.map((failed) => failed.retryAfterMs ?? RATE_COOLDOWN_MS)
  const waitMs = Math.min(...waits, MAX_RATE_COOLDOWN_MS)
  return new GatewayError(
    'rate_limit_exceeded',
    `${who}: too many requests for its key; come back in ${Math.ceil(waitMs / 1000)} s.`,
    // The limit is the upstream's.
    { headers: retryAfterHeaders(waitMs), doctor: 'UPS-1' },
  )
}

function refusedKey(who: string, failed: Failure): GatewayError {
  if (failed.code === 'credentials_refused')
    return new GatewayError(
      'upstream_error',
      `${who}: the issuer of its access tokens refused the gateway's credentials. An operator must replace them ("gpt-proxy upstream list").`,
    )
  const said = failed.error?.message
  // Only a refusal without a code may be about the request, so that the client needs its words.
  const why = isSuspicion(failed) && typeof said === 'string' ? `, and says: ${said}` : ''
  return new GatewayError(
    'upstream_error',
    `${who}: it refused the gateway's key${why}. An operator must replace it ("gpt-proxy upstream list").`,
  )
}

function refusalOf(who: string, { status, error }: Failure): UpstreamRefusal {
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return new UpstreamRefusal(status === null || status < 400 ? 400 : status, {
    message: `${who}: ${text(error?.message) ?? 'it refused the request without saying why'}`,
    type: text(error?.type) ?? 'invalid_request_error',
    code: text(error?.code),
    param: text(error?.param),
    further: error ?? {},
    ...(status !== null && status >= 400 && { status }),
  })
}

/** Every configured key is out for now: the soonest to come back says when to try again. */
export function noneAvailable(services: Services, tries: RequestTries): GatewayError {
  const restsUntilMs = (candidate: Candidate<UsableUpstream>) =>
    services.health.restsUntilMs(candidate.upstream.key, breakerName(tries, candidate))
  const ends = tries.plan
    .flatMap((target) => target.keys.map((upstream) => restsUntilMs({ target, upstream })))
    .filter((end) => end !== null)
  if (ends.length === 0) {
    return new GatewayError(
      'no_available_upstream',
      'gateway: every upstream key for this model is disabled or invalid. An administrator has to fix one ("gpt-proxy upstream list").',
    )
  }
  const waitMs = Math.max(1000, Math.min(...ends) - services.clock.nowMs())
  return new GatewayError(
    'no_available_upstream',
    `gateway: every upstream key for this model is cooling down after failures; the first is back in ${Math.ceil(waitMs / 1000)} s.`,
    { headers: retryAfterHeaders(waitMs) },
  )
}

export function requestTooLong({ limits }: Services, tries: RequestTries): GatewayError {
  const limitMs = requestLimitMs(tries, limits.requestMs)
  const which = limitMs < limits.requestMs ? OWN_LIMIT : TOO_LONG
  return new GatewayError(
    'upstream_timeout',
    `gateway: ${which} (${limitMs} ms). Ask for less at once; an operator can raise it.`,
  )
}

export function noFileLeft(): GatewayError {
  return new GatewayError(
    'no_available_upstream',
    'gateway: it may open no more files, so no connection to an upstream. An operator raises its limit ("ulimit -n").',
    { headers: retryAfterHeaders(NO_FILE_WAIT_MS) },
  )
}

export function clientClosed(): GatewayError {
  return new GatewayError(
    'client_closed_request',
    'gateway: the client closed the connection before the reply.',
  )
}

/** Without the upstream's own error: it may say back a prompt or an answer, which no log may hold. */
function loggable({ error: _, ...failure }: Failure): Omit<Failure, 'error'> {
  return failure
}
