/** What the client is told when no upstream key could answer. */

import { type ErrorBody, GatewayError, retryAfterHeaders } from '../../core/errors.ts'
import type { Failure } from '../../core/failure.ts'
import { MAX_RATE_COOLDOWN_MS, QUOTA_COOLDOWN_MS } from '../../upstreams/breaker.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { Plan } from '../route.ts'
import type { Services } from '../services.ts'

export const TOO_LONG = 'the request took longer than REQUEST_TIMEOUT_MS'
/** Files come free as requests end. */
const NO_FILE_WAIT_MS = 1_000

/** The upstream's own refusal of the request, in its words and with its status. */
export class UpstreamRefusal extends Error {
  override readonly name = 'UpstreamRefusal'
  readonly status: number
  readonly body: ErrorBody
  readonly code: string | null

  constructor(status: number, body: ErrorBody) {
    super(body.error.message)
    this.status = status
    this.body = body
    this.code = body.error.code
  }
}

/** The last failure decides; the client is told to come back only where every try met a 429. */
export function clientErrorOf(
  gateway: Services,
  { key }: UsableUpstream,
  failures: readonly Failure[],
  requestId: string,
): GatewayError | UpstreamRefusal {
  const last = failures[failures.length - 1] as Failure
  const who = `upstream ${key.name}`
  if (last.class === 'client') return refusalOf(who, last, requestId)
  const rated = failures.filter((failed) => failed.class === 'rate')
  if (rated.length > 0 && rated.length === failures.length) {
    const waitMs = Math.min(
      ...rated.map((failed) => failed.retryAfterMs ?? 5_000),
      MAX_RATE_COOLDOWN_MS,
    )
    return new GatewayError(
      'rate_limit_exceeded',
      `${who}: too many requests for its key; come back in ${Math.ceil(waitMs / 1000)} s.`,
      // The limit is the upstream's.
      { headers: retryAfterHeaders(waitMs), doctor: 'UPS-1' },
    )
  }
  switch (last.class) {
    case 'auth':
      return new GatewayError(
        'upstream_error',
        `${who}: it refused the gateway's key. An operator must replace it ("gpt-proxy upstream list").`,
      )
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
      const code = last.timedOut ? 'upstream_timeout' : 'upstream_error'
      gateway.logger.debug({ requestId, failures }, 'all tries failed')
      return new GatewayError(
        code,
        `${who}: ${last.detail}${tries}. Try again; an operator sees why in "gpt-proxy upstream list".`,
      )
    }
  }
}

function refusalOf(who: string, failed: Failure, requestId: string): UpstreamRefusal {
  const { error } = failed
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  const status = failed.status === null || failed.status === 200 ? 400 : failed.status
  const message = text(error?.message) ?? 'it refused the request without saying why'
  return new UpstreamRefusal(status, {
    error: {
      ...error,
      message: `${who}: ${message}`,
      type: text(error?.type) ?? 'invalid_request_error',
      code: typeof error?.code === 'number' ? String(error.code) : text(error?.code),
      param: text(error?.param),
      request_id: requestId,
    },
  })
}

/** Every configured key is out for now: the soonest to come back says when to try again. */
export function noneAvailable(gateway: Services, plan: Plan): GatewayError {
  const states = plan.map(({ key }) => gateway.pool.state(key.id))
  const ends = states.flatMap((state) =>
    state?.status === 'cooldown' ? [state.cooldownUntilMs ?? 0] : [],
  )
  if (ends.length === 0) {
    return new GatewayError(
      'no_available_upstream',
      'gateway: every upstream key for this model is disabled or invalid. An operator must mend one ("gpt-proxy upstream list").',
    )
  }
  const waitMs = Math.max(1000, Math.min(...ends) - gateway.clock.nowMs())
  return new GatewayError(
    'no_available_upstream',
    `gateway: every upstream key for this model is cooling down after failures; the first is back in ${Math.ceil(waitMs / 1000)} s.`,
    { headers: retryAfterHeaders(waitMs) },
  )
}

export function requestTooLong({ limits }: Services): GatewayError {
  return new GatewayError(
    'upstream_timeout',
    `gateway: ${TOO_LONG} (${limits.requestMs} ms). ModelRequest for less at once; an operator can raise it.`,
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
