/**
 * Comments that keep a silent stream open: an upstream's own while it thinks, and the gateway's for balancers
 * that cut idle requests. As long as nothing else was sent, another upstream can still take over unnoticed.
 */
import type { RequestTries } from '../attempt/tries.ts'
import type { Services } from '../services.ts'
import { clientStream } from './delivery.ts'
import { setUpstreamHeaders } from './upstream-headers.ts'

/** A comment of server-sent events (WHATWG HTML, 9.2.6); every client skips it. */
export const PING = new TextEncoder().encode(': keep-alive\n\n')

/** The head of the stream goes first. From here on an error can only be an event. */
export function sendComments(tries: RequestTries, comments: Uint8Array): void {
  const { delivery, context } = tries
  if (delivery.stream === null) setUpstreamHeaders(tries)
  const stream = clientStream(delivery, { 'x-request-id': context.requestId })
  delivery.writtenMs = performance.now()
  // A client that lags has enough to keep its connection open.
  void stream.write(comments)
}

export interface KeepAlive {
  stop(): void
}

/** Pings a client that got nothing for a while; null if that is off, or the response is not a stream. */
export function keepClientAlive(services: Services, tries: RequestTries): KeepAlive | null {
  const { keepAliveMs } = services.limits
  return keepAliveMs === 0 || !tries.request.stream ? null : pinging(services, tries, keepAliveMs)
}

function pinging(services: Services, tries: RequestTries, keepAliveMs: number): KeepAlive {
  const deadline = services.deadlines.open()
  const check = () => {
    const silentMs = performance.now() - tries.delivery.writtenMs
    const isDue = silentMs >= keepAliveMs
    if (isDue) sendComments(tries, PING)
    deadline.set(isDue ? keepAliveMs : keepAliveMs - silentMs, check)
  }
  deadline.set(keepAliveMs, check)
  return { stop: () => deadline.clear() }
}
