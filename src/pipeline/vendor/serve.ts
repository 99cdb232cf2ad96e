/** The lifecycle of a call of a vendor's route: the same stages as a model's, around a table of routes. */
import type { Caller } from '../../access/caller.ts'
import { invalidRequest } from '../../core/errors.ts'
import type { ClientPeer } from '../../limits/rate-limits.ts'
import type { ModelRequest } from '../../protocols/protocol.ts'
import { readClientLimits } from '../../routing/client-limits.ts'
import { admit } from '../admit.ts'
import { attempt } from '../attempt/attempt.ts'
import type { AttemptResult } from '../attempt/result.ts'
import { RequestTries } from '../attempt/tries.ts'
import { authenticate } from '../authenticate.ts'
import type { Client } from '../client.ts'
import type { RequestContext } from '../context.ts'
import type { Continued } from '../kept/continue.ts'
import { keepResponse } from '../kept/keep.ts'
import { sendCopies } from '../mirror.ts'
import { refusedFor } from '../refused.ts'
import { crashResult } from '../relay/crashed.ts'
import { relay } from '../relay/relay.ts'
import type { RelayResult } from '../relay/result.ts'
import { reserve } from '../reserve.ts'
import type { Services } from '../services.ts'
import { settle } from '../settle.ts'
import { watched } from './batch-input/upload.ts'
import { requestOf, type VendorCall } from './call.ts'
import { chargeBeforeDeletion } from './charging/deletion.ts'
import { asksForResponse, holdsResponses, needsVendor, planCall } from './plan.ts'
import { vendorSender } from './send.ts'

export interface VendorIncoming {
  client: Client & ClientPeer
  /** Reads the body as far as the route needs it; called once the caller is known. */
  readCall(): Promise<VendorCall>
  /** The conversation that the request continues, if the gateway keeps responses. */
  continued?: Continued | undefined
}

/** Parts of a file can be asked for (RFC 9110, 14). */
const FORWARDED = ['accept', 'range', 'if-range']

/** Responds once, or throws the GatewayError of a refusal before it would have. Resolves at the last byte. */
export async function serveVendor(
  services: Services,
  { client, readCall, continued }: VendorIncoming,
  context: RequestContext,
): Promise<void> {
  const caller = authenticate(services, client)
  let leave: (() => void) | null = null
  let asked: VendorCall | null = null
  try {
    const admitted = admit(services, caller, client, context)
    leave = admitted instanceof Promise ? await admitted : admitted
    asked = await readCall()
    await serveCaller(services, caller, { client, asked, continued }, context)
  } catch (error) {
    throw refusedFor(error, caller, asked && requestOf(asked))
  } finally {
    leave?.()
  }
}

interface ReadIncoming extends Pick<VendorIncoming, 'client' | 'continued'> {
  asked: VendorCall
}

async function serveCaller(
  services: Services,
  caller: Caller,
  { client, asked, continued }: ReadIncoming,
  context: RequestContext,
): Promise<void> {
  const limits = readClientLimits(client.headers, invalidRequest)
  const { headers } = client
  const planned = await planCall(services, caller, { call: asked, limits, headers })
  const { plan, object, further, definition } = planned
  const request = continued === undefined ? planned.request : { ...planned.request, continued }
  let tries: RequestTries | null = null
  const upstream = () => tries?.current?.upstream ?? null
  const call = watched(asWritten(asked, request), { services, caller, headers, upstream })
  if (call.route.deletes && object !== null) await chargeBeforeDeletion(services, object)
  const reservation = await reserve(services, { caller, request, client }, context)
  const send = vendorSender({ services, caller, call, object, further })
  const forwardHeaders = [...services.forwardHeaders, ...FORWARDED, ...call.route.headers]
  if (asksForResponse(call) && !needsVendor(call))
    sendCopies(services, { ...reservation, request: unstored(request) }, headers)
  tries = new RequestTries(forwardHeaders, { plan, limits, definition }, reservation, client)
  // An idle connection could be closing, and a body that is not kept can't be sent twice.
  tries.fresh = call.body.kind === 'source'
  let relayed: RelayResult
  try {
    const result = await attempt(services, tries, send)
    const kept = isKeptHere(result, continued)
      ? await keepResponse(services, caller, continued, result)
      : result
    relayed = await relay(services, tries, kept)
  } catch (error) {
    relayed = crashResult(services, tries, error)
  }
  tries.leave()
  await settle(services, reservation, relayed)
}

/** With the parameters that an operator gives the model. */
function asWritten(call: VendorCall, { text, body }: ModelRequest): VendorCall {
  if (call.body.kind !== 'json' || text === null || text === call.body.text) return call
  return { ...call, body: { kind: 'json', text }, fields: body }
}

/** A copy's response belongs to no user, so its vendor must not keep it. */
function unstored(request: ModelRequest): ModelRequest {
  const body = { ...request.body, store: false }
  return { ...request, body, text: JSON.stringify(body) }
}

/** An upstream that keeps no responses gave the answer, and the client wants it kept. */
function isKeptHere(
  result: AttemptResult,
  continued: Continued | undefined,
): continued is Continued {
  return (
    continued?.stored === true &&
    result.kind === 'response' &&
    !holdsResponses(result.response.upstream)
  )
}
