/**
 * Mirrors: targets that get copies of a model's requests, e.g. to try another model on real traffic. A copy is sent
 * next to the client's own request, which waits for nothing of it; its answer is read and dropped. It is recorded
 * apart: under the system user, which is not charged, with `.mirror` after the request's id.
 */
import type { Caller } from '../access/caller.ts'
import { type ApiKey, SYSTEM_USER_ID, type User } from '../core/entities.ts'
import type { HeaderSource } from '../core/headers.ts'
import { NO_LIMITS } from '../routing/client-limits.ts'
import { takenBy } from '../routing/conditions.ts'
import type { Plan } from '../routing/plan.ts'
import type { UsableUpstream } from '../upstreams/directory.ts'
import { attempt } from './attempt/attempt.ts'
import { RequestTries } from './attempt/tries.ts'
import type { Client } from './client.ts'
import { openContext } from './context.ts'
import { crashResult } from './relay/crashed.ts'
import { relay } from './relay/relay.ts'
import type { RelayResult } from './relay/result.ts'
import { factsOf } from './request-facts.ts'
import { entryOf, type Reservation } from './reserve.ts'
import type { Services } from './services.ts'
import { settle } from './settle.ts'

/** Copies in flight at this instance: beyond these, none are sent, so that a slow mirror takes no memory. */
const MAX_COPIES = 100
let copiesInFlight = 0

/** Returns at once; the copies are sent after the request itself. */
export function sendCopies(services: Services, original: Reservation, headers: HeaderSource): void {
  const { caller, request } = original
  for (const { percent, targets } of services.directory.routeFor(request.model).mirrors) {
    if (services.random() * 100 >= percent) continue
    const plan = takenBy(targets, factsOf(caller, request, headers))
    if (plan.length > 0) scheduleCopy(services, plan, original, headers)
  }
}

function scheduleCopy(
  services: Services,
  plan: Plan<UsableUpstream>,
  original: Reservation,
  headers: HeaderSource,
): void {
  if (copiesInFlight >= MAX_COPIES) {
    services.metrics.mirrored('skipped')
    return
  }
  copiesInFlight++
  setTimeout(() => {
    sendCopy(services, plan, original, headers)
      .then(
        (isAnswered) => services.metrics.mirrored(isAnswered ? 'sent' : 'failed'),
        (error) => {
          services.metrics.mirrored('failed')
          services.logger.warn({ error: String(error) }, 'a copy for a mirror failed')
        },
      )
      .finally(() => {
        copiesInFlight--
      })
  }, 0)
}

async function sendCopy(
  services: Services,
  plan: Plan<UsableUpstream>,
  { request, context, tokens }: Reservation,
  headers: HeaderSource,
): Promise<boolean> {
  const copy: Reservation = {
    ...{ caller: MIRROR, request, tokens, quota: null, rate: null, headers: {} },
    context: openContext(`${context.requestId}.mirror`, services.clock.nowMs()),
    recordedAs: 'mirror',
  }
  const limits = { ...NO_LIMITS, noFallback: true }
  const tries = new RequestTries(services.forwardHeaders, { plan, limits }, copy, {
    ...NOBODY,
    headers,
  })
  await services.journal.begin(entryOf(copy))
  let relayed: RelayResult
  try {
    relayed = await relay(services, tries, await attempt(services, tries))
  } catch (error) {
    relayed = crashResult(services, tries, error)
  }
  tries.leave()
  await settle(services, copy, relayed)
  return relayed.outcome === 'ok'
}

/** Drops everything. */
const NOBODY: Client = {
  respond() {},
  stream: () => ({ write() {}, flush() {}, end() {}, abort() {} }),
  abort() {},
  revoke() {},
}

const SYSTEM: User = {
  ...{ id: SYSTEM_USER_ID, username: 'system', email: null, role: 'user', status: 'active' },
  ...{ monthlyQuotaTokens: 0, maxInFlight: 0 },
}
/** Copies never go before a client's request. */
const LAST = -1
const KEY: ApiKey = {
  ...{ id: 0, userId: SYSTEM_USER_ID, name: 'mirror', prefix: 'mirror', keyHash: '' },
  ...{ status: 'active', allowedModels: null, rpm: null, tpm: null, maxInFlight: 0 },
  ...{ priority: LAST, tags: [], strict: false, allowedAddresses: null, expiresAtMs: null },
  ...{ rotatedTo: null, createdAtMs: 0 },
}
const MIRROR: Caller = { user: SYSTEM, key: KEY }
