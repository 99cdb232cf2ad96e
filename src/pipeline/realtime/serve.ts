/** The lifecycle of a realtime session: chosen and recorded as a model call, then a WebSocket both ways. */
import type { Caller } from '../../access/caller.ts'
import { GatewayError } from '../../core/errors.ts'
import type { HeaderSource } from '../../core/headers.ts'
import { addUsage, NO_USAGE, type TokenUsage } from '../../core/token-usage.ts'
import { acceptOf, keyIn, type Offer, upstreamProtocols } from '../../http1/websocket-handshake.ts'
import type { ClientPeer } from '../../limits/rate-limits.ts'
import { vendorAt } from '../../providers/index.ts'
import type { Tunnel } from '../../upstreams/transport.ts'
import { attempt, type SendAttempt } from '../attempt/attempt.ts'
import { failureFromError } from '../attempt/send.ts'
import { openTries, type RequestTries } from '../attempt/tries.ts'
import { statusFailure } from '../attempt/upstream-error.ts'
import { authenticate } from '../authenticate.ts'
import type { Client } from '../client.ts'
import { openContext, type RequestContext } from '../context.ts'
import { relay } from '../relay/relay.ts'
import type { RelayResult } from '../relay/result.ts'
import { reserve } from '../reserve.ts'
import type { Services } from '../services.ts'
import { settle } from '../settle.ts'
import { requestOf, type VendorCall } from '../vendor/call.ts'
import { planCall } from '../vendor/plan.ts'
import { runSession } from './session.ts'

export interface RealtimeClient extends Client, ClientPeer {
  upgrade(headers: Record<string, string>): Tunnel
}

export interface RealtimeIncoming {
  client: RealtimeClient
  offer: Offer
  call: VendorCall
}

/** Responds or upgrades once, or throws the GatewayError of a refusal before it would have. */
export async function serveRealtime(
  services: Services,
  incoming: RealtimeIncoming,
  context: RequestContext,
): Promise<void> {
  const { client } = incoming
  const caller = authenticate(services, {
    peer: () => client.peer(),
    headers: withKeyOf(client.headers),
  })
  const leave = services.inFlight.enter(caller, client)
  try {
    services.rateLimits.admit(caller.key, client)
    await serveCaller(services, caller, incoming, context)
  } finally {
    leave()
  }
}

/** A browser can set no header: its key is one of the subprotocols. */
function withKeyOf(headers: HeaderSource): HeaderSource {
  const key = headers.get('authorization') === null ? keyIn(headers) : null
  if (key === null) return headers
  return { get: (name) => (name === 'authorization' ? `Bearer ${key}` : headers.get(name)) }
}

interface Opened {
  tunnel: Tunnel
  protocol: string | null
}

async function serveCaller(
  services: Services,
  caller: Caller,
  { client, offer, call }: RealtimeIncoming,
  context: RequestContext,
): Promise<void> {
  const { plan } = await planCall(services, caller, call)
  const request = requestOf(call)
  const reservation = await reserve(services, { caller, request, client }, context)
  const tries = openTries(services.forwardHeaders, { plan }, reservation, client)
  let opened: Opened | null = null
  const send = dialer(call, offer, (found) => {
    opened = found
  })
  const result = await attempt(services, tries, send)
  if (result.kind !== 'response' || opened === null) {
    await settle(services, reservation, await relay(services, tries, result))
    return
  }
  const { tunnel, protocol } = opened as Opened
  const { upstream } = result.response
  services.health.succeeded(upstream.key, tries.current?.target.model ?? '')
  const uncharged = await runSession({
    services,
    client: client.upgrade(upgradeHeaders(offer, protocol, context.requestId)),
    upstream: tunnel,
    secretForms: upstream.echoForms,
    charge: charging(services, { caller, client, tries }),
  })
  await settle(services, reservation, endedWith(tries, uncharged))
}

function dialer(call: VendorCall, offer: Offer, found: (opened: Opened) => void): SendAttempt {
  return async (services, tries, { candidate: { target, upstream } }) => {
    const { key, secret } = upstream
    const destination = vendorAt(key.provider, 'openai')?.(key, secret, {
      path: call.path,
      query: queryOf(call, target.model),
      model: target.model,
    })
    if (destination === undefined || services.transport.openTunnel === undefined)
      return { kind: 'ended', error: notThere() }
    const wire = { method: 'GET', ...destination, further: tries.forwarded, body: null } as const
    try {
      const opening = await services.transport.openTunnel(wire, upstreamProtocols(offer))
      if (opening.kind === 'refused')
        return await statusFailure({ services, upstream, reply: opening.reply, cancel() {} })
      found(opening)
      const response = { kind: 'whole', upstream, headers: {}, text: '', body: '', usage: NO_USAGE }
      return { kind: 'response', response: response as never }
    } catch (error) {
      return { kind: 'failed', failure: failureFromError(error, null, upstream), said: '' }
    }
  }
}

function notThere(): GatewayError {
  return new GatewayError('not_found', 'gateway: this upstream has no realtime sessions.')
}

/** The model by the name it has there. */
function queryOf({ query }: VendorCall, model: string): string {
  const parameters = new URLSearchParams(query)
  for (const name of ['api-version', 'deployment', 'model']) parameters.delete(name)
  if (model !== '') parameters.set('model', model)
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}

function upgradeHeaders({ key, protocols }: Offer, chosen: string | null, requestId: string) {
  const protocol = chosen !== null && protocols.includes(chosen) ? chosen : defaultOf(protocols)
  return {
    upgrade: 'websocket',
    'sec-websocket-accept': acceptOf(key),
    ...(protocol !== null && { 'sec-websocket-protocol': protocol }),
    'x-request-id': requestId,
  }
}

/** A browser that offers subprotocols ends the connection if none of them is chosen. */
function defaultOf(protocols: readonly string[]): string | null {
  return protocols.find((name) => name === 'realtime') ?? null
}

interface Session {
  caller: Caller
  client: RealtimeClient
  tries: RequestTries
}

/** Each response is a record of its own, so that the quota is used as the session goes on. */
function charging(services: Services, { caller, client, tries }: Session) {
  let responses = 0
  return async (usage: TokenUsage): Promise<void> => {
    const { request, context } = tries
    const requestId = `${context.requestId}.${++responses}`
    const part = openContext(requestId, services.clock.nowMs())
    const reservation = await reserve(services, { caller, request, client }, part)
    await settle(services, reservation, { ...endedWith(tries, usage), cost: undefined })
    const { quota } = reservation
    if (quota !== null && services.quotas.remaining(quota) <= 0)
      throw new Error('insufficient_quota: the monthly quota is used up')
  }
}

function endedWith(tries: RequestTries, usage: TokenUsage): RelayResult {
  const cost = usage === NO_USAGE ? 0 : undefined
  const usedUp = addUsage(usage, NO_USAGE)
  return {
    ...{ tries, outcome: 'ok', status: 101, errorCode: null, usage: usedUp, text: '', cost },
    firstTokenMs: null,
  }
}
