/** The lifecycle of a call of a vendor's route: the same stages as a model's, around a table of routes. */
import type { Caller } from '../../access/caller.ts'
import { invalidRequest } from '../../core/errors.ts'
import type { ClientPeer } from '../../limits/rate-limits.ts'
import { readClientLimits } from '../../routing/client-limits.ts'
import { admit } from '../admit.ts'
import { attempt } from '../attempt/attempt.ts'
import { RequestTries } from '../attempt/tries.ts'
import { authenticate } from '../authenticate.ts'
import type { Client } from '../client.ts'
import { noteRequest, type RequestContext } from '../context.ts'
import { crashResult } from '../relay/crashed.ts'
import { relay } from '../relay/relay.ts'
import type { RelayResult } from '../relay/result.ts'
import { reserve } from '../reserve.ts'
import type { Services } from '../services.ts'
import { settle } from '../settle.ts'
import { requestOf, type VendorCall } from './call.ts'
import { chargeBeforeDeletion } from './deletion.ts'
import { planCall } from './plan.ts'
import { vendorSender } from './send.ts'

export interface VendorIncoming {
  client: Client & ClientPeer
  /** Reads the body as far as the route needs it; called once the caller is known. */
  readCall(): Promise<VendorCall>
}

/** Responds once, or throws the GatewayError of a refusal before it would have. Resolves at the last byte. */
export async function serveVendor(
  services: Services,
  { client, readCall }: VendorIncoming,
  context: RequestContext,
): Promise<void> {
  const caller = authenticate(services, client)
  context.caller = caller
  const admitted = admit(services, caller, client, context)
  const leave = admitted instanceof Promise ? await admitted : admitted
  try {
    await serveCaller(services, caller, { client, readCall }, context)
  } finally {
    leave()
  }
}

async function serveCaller(
  services: Services,
  caller: Caller,
  { client, readCall }: VendorIncoming,
  context: RequestContext,
): Promise<void> {
  const call = await readCall()
  const request = requestOf(call)
  noteRequest(context, request)
  const { plan, object, further } = await planCall(services, caller, call)
  if (call.route.deletes && object !== null) await chargeBeforeDeletion(services, object)
  const reservation = await reserve(services, { caller, request, client }, context)
  const send = vendorSender({ services, caller, call, object, further })
  const forwardHeaders = [...services.forwardHeaders, 'accept']
  const limits = readClientLimits(client.headers, invalidRequest)
  const { definition } = services.directory.routeFor(request.model)
  const tries = new RequestTries(forwardHeaders, { plan, limits, definition }, reservation, client)
  // An idle connection could be closing, and a body that is not kept can't be sent twice.
  tries.fresh = call.body.kind === 'source'
  let relayed: RelayResult
  try {
    relayed = await relay(services, tries, await attempt(services, tries, send))
  } catch (error) {
    relayed = crashResult(services, tries, error)
  }
  tries.leave()
  await settle(services, reservation, relayed)
}
