/** One attempt to open a realtime session at an upstream. */
import { GatewayError } from '../../core/errors.ts'
import { besideFixed } from '../../core/fixed-headers.ts'
import { NO_USAGE } from '../../core/token-usage.ts'
import { type Offer, upstreamProtocols } from '../../http1/websocket-handshake.ts'
import { vendorAt } from '../../providers/index.ts'
import type { Tunnel } from '../../upstreams/transport.ts'
import type { SendAttempt } from '../attempt/attempt.ts'
import { failureFromError } from '../attempt/send.ts'
import { statusFailure } from '../attempt/upstream-error.ts'
import { latencyName } from '../latency-name.ts'
import type { VendorCall } from '../vendor/call.ts'

export interface DialledTunnel {
  tunnel: Tunnel
  protocol: string | null
}

/** `found` is called with the tunnel, which the caller has to end whatever becomes of the attempt. */
export function dialer(
  call: VendorCall,
  offer: Offer,
  found: (opened: DialledTunnel) => void,
): SendAttempt {
  return async (services, tries, { candidate: { target, upstream } }) => {
    const { key, secret } = upstream
    const destination = vendorAt(key.provider, call.route.api)?.(key, secret, {
      path: call.path,
      query: queryOf(call, target.model),
      model: target.model,
    })
    if (destination === undefined || services.transport.openTunnel === undefined)
      return { kind: 'ended', error: notThere() }
    const further = besideFixed(tries.forwarded, key.headers)
    const wire = { method: 'GET', ...destination, further, body: null } as const
    const name = latencyName(target)
    const dialledMs = performance.now()
    services.latencies.started(name)
    let tookMs: number | null = null
    try {
      const opening = await services.transport.openTunnel(wire, upstreamProtocols(offer))
      if (opening.kind === 'refused')
        return await statusFailure({ services, upstream, reply: opening.reply, cancel() {} })
      tookMs = performance.now() - dialledMs
      found(opening)
      const response = { kind: 'whole', upstream, headers: {}, text: '', body: '', usage: NO_USAGE }
      return { kind: 'response', response: response as never }
    } catch (error) {
      return { kind: 'failed', failure: failureFromError(error, null, upstream), said: '' }
    } finally {
      services.latencies.ended(name, tookMs)
    }
  }
}

function notThere(): GatewayError {
  return new GatewayError('not_found', 'gateway: this upstream has no realtime sessions.')
}

/** Keys, and what the destination says itself. */
const NOT_FORWARDED: ReadonlySet<string> = new Set([
  'api-key',
  'api-version',
  'authorization',
  'deployment',
  'key',
  'model',
])

/** The model by the name it has there. */
function queryOf({ query }: VendorCall, model: string): string {
  const parameters = new URLSearchParams(query)
  for (const name of [...parameters.keys()])
    if (NOT_FORWARDED.has(name.toLowerCase())) parameters.delete(name)
  if (model !== '') parameters.set('model', model)
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}
