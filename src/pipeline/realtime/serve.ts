/** The lifecycle of a realtime session: chosen and recorded as a model call, then a WebSocket both ways. */
import type { Caller } from '../../access/caller.ts'
import type { HeaderSource } from '../../core/headers.ts'
import { acceptOf, keyIn, type Offer } from '../../http1/websocket-handshake.ts'
import type { ClientPeer } from '../../limits/rate-limits.ts'
import type { ModelRequest } from '../../protocols/protocol.ts'
import { NO_LIMITS } from '../../routing/client-limits.ts'
import type { Tunnel } from '../../upstreams/transport.ts'
import { admit } from '../admit.ts'
import { attempt } from '../attempt/attempt.ts'
import { breakerName } from '../attempt/choose.ts'
import { RequestTries } from '../attempt/tries.ts'
import { authenticate, whyUnusable } from '../authenticate.ts'
import type { Client } from '../client.ts'
import type { RequestContext } from '../context.ts'
import { refusedFor } from '../refused.ts'
import { crashResult } from '../relay/crashed.ts'
import { relay } from '../relay/relay.ts'
import type { RelayResult } from '../relay/result.ts'
import { reserve } from '../reserve.ts'
import type { Services } from '../services.ts'
import { settle } from '../settle.ts'
import { requestOf, type VendorCall } from '../vendor/call.ts'
import { planCall } from '../vendor/plan.ts'
import { chargeResponses, sessionResult } from './charge.ts'
import { type DialledTunnel, dialer } from './dial.ts'
import { SESSION_DIALECTS } from './dialects.ts'
import { runSession, type SessionControl } from './session.ts'
import { watchSession } from './watch.ts'

export interface RealtimeClient extends Client, ClientPeer {
  /** Null if the client has left or was refused. */
  upgrade(headers: Record<string, string>): Tunnel | null
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
  const control = { end: () => client.revoke() }
  const { headers } = client
  const peer = () => client.peer()
  const admitted = { headers, peer, revoke: () => control.end() }
  let leave: (() => void) | null = null
  const request = requestOf(incoming.call)
  try {
    leave = await admit(services, caller, admitted, context)
    await serveCaller(services, caller, { ...incoming, control, request }, context)
  } catch (error) {
    throw refusedFor(error, caller, request)
  } finally {
    leave?.()
  }
}

/** A browser can set no header: its key is one of the subprotocols. */
function withKeyOf(headers: HeaderSource): HeaderSource {
  const key = headers.get('authorization') === null ? keyIn(headers) : null
  if (key === null) return headers
  return { get: (name) => (name === 'authorization' ? `Bearer ${key}` : headers.get(name)) }
}

interface Controlled extends RealtimeIncoming {
  control: SessionControl
  request: ModelRequest
}

async function serveCaller(
  services: Services,
  caller: Caller,
  incoming: Controlled,
  context: RequestContext,
): Promise<void> {
  const { client, call, request } = incoming
  const { plan } = await planCall(services, caller, {
    call,
    limits: NO_LIMITS,
    headers: client.headers,
  })
  const reservation = await reserve(services, { caller, request, client }, context)
  const tries = new RequestTries(services.forwardHeaders, { plan }, reservation, client)
  let relayed: RelayResult
  try {
    relayed = await relaySession(services, caller, incoming, tries)
  } catch (error) {
    relayed = crashResult(services, tries, error)
  }
  tries.leave()
  await settle(services, reservation, relayed)
}

async function relaySession(
  services: Services,
  caller: Caller,
  { client, offer, call, control }: Controlled,
  tries: RequestTries,
): Promise<RelayResult> {
  let opened: DialledTunnel | null = null
  const send = dialer(call, offer, (found) => {
    opened = found
  })
  try {
    const result = await attempt(services, tries, send)
    if (result.kind !== 'response' || opened === null) return await relay(services, tries, result)
    const { tunnel: upstream, protocol } = opened as DialledTunnel
    const { key, echoForms: secretForms } = result.response.upstream
    if (tries.current !== null) services.health.succeeded(key, breakerName(tries, tries.current))
    const upgraded = client.upgrade(upgradeHeaders(offer, protocol, tries.context.requestId))
    if (upgraded === null) return await relay(services, tries, { kind: 'aborted' })
    const asked: { model: string | null } = { model: null }
    const charge = chargeResponses(services, { caller, client, tries, asked })
    const whyEnded = () => whyNoLongerServed(services, caller, client)
    const { upstream: keyed } = result.response
    const watch = watchSession({ services, caller, call, upstream: keyed, asked })
    const session = {
      charge,
      whyEnded,
      control,
      dialect: SESSION_DIALECTS[call.route.api],
      ...watch,
    }
    const parts = { services, client: upgraded, upstream, secretForms, ...session }
    return sessionResult(tries, await runSession(parts))
  } finally {
    // A client that left during the handshake must not leave a session open that the operator pays for.
    ;(opened as DialledTunnel | null)?.tunnel.destroy()
  }
}

/** A session outlives the check of its key at the start, so the key is checked again while it lasts. */
function whyNoLongerServed(services: Services, { key }: Caller, client: ClientPeer): string | null {
  const caller = services.directory.findCaller(key.keyHash)
  if (caller === null) return 'invalid_api_key: the proxy key stopped working'
  const reason = whyUnusable(services, caller, client)
  return reason === null ? null : `invalid_api_key: the proxy key can no longer be used (${reason})`
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
