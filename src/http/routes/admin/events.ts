/** The live view: one stream of server-sent events a browser, from memory; it ends with its session. */
import { isoTime } from '../../../core/iso-time.ts'
import type { LiveRequest } from '../../../usage/live.ts'
import * as contract from './contract/requests.ts'
import { ApiError } from './frame/api-error.ts'
import { type AdminApi, ownerScope } from './frame/operation.ts'
import type { AdminApiParts, Principal } from './frame/parts.ts'
import { liveRow } from './views/request-views.ts'

/** A browser shows no more than this; the rest is counted. */
const MAX_PER_TICK = 50
const TICK_MS = 250
const GAUGE_EVERY = 4
const CLOCK_EVERY = 60
const SESSION_EVERY = 8
/** Streams of all browsers together. */
const MAX_STREAMS = 200

export function eventOperations({ on, parts }: AdminApi): void {
  let streams = 0
  on(contract.events, (context) => {
    const { principal } = context.var
    const { quiet } = context.req.valid('query')
    if (streams >= MAX_STREAMS) throw new ApiError('too_many_streams')
    streams++
    const stream = eventStream(parts, principal, {
      quiet: quiet === true,
      signal: context.req.raw.signal,
      ended: () => streams--,
    })
    return context.body(stream, 200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    }) as never
  })
}

interface StreamOptions {
  quiet: boolean
  signal: AbortSignal
  ended(): void
}

function eventStream(
  parts: AdminApiParts,
  principal: Principal,
  { quiet, signal, ended }: StreamOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const owner = ownerScope(principal)
  let waiting: LiveRequest[] = []
  let skipped = 0
  let tick = 0
  let stop = () => {}

  return new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (name: string, data: object) =>
        controller.enqueue(encoder.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`))
      const unwatch = parts.services.live.watch((request) => {
        if (quiet || (owner !== null && request.record.userId !== owner)) return
        if (waiting.length < MAX_PER_TICK) waiting.push(request)
        else skipped++
      })
      const flush = () => {
        for (const request of waiting) send('request', liveRow(request))
        waiting = []
        if (skipped > 0) send('skipped', { requests: skipped })
        skipped = 0
      }
      const timer = setInterval(() => {
        tick++
        // Whoever reads too slowly is told less, instead of being kept in memory.
        if ((controller.desiredSize ?? 0) < -100) return
        flush()
        if (tick % GAUGE_EVERY === 0 && owner === null) send('gauge', gaugeOf(parts))
        if (tick % CLOCK_EVERY === 0) send('clock', clockOf(parts))
        if (tick % SESSION_EVERY === 0)
          void isStillValid(parts, principal).then((valid) => {
            if (valid) return
            send('bye', { reason: 'the session has ended' })
            stop()
            controller.close()
          })
      }, TICK_MS)
      stop = () => {
        stop = () => {}
        clearInterval(timer)
        unwatch()
        ended()
      }
      signal.addEventListener('abort', () => stop())
      send('clock', clockOf(parts))
    },
    cancel: () => stop(),
  })
}

function gaugeOf({ services }: AdminApiParts) {
  const { requests, errors, tokens } = services.live.lastMinute()
  return {
    in_flight: services.inFlight.count(),
    requests_per_minute: requests,
    errors_per_minute: errors,
    tokens_per_minute: tokens,
  }
}

function clockOf({ nowMs, version }: AdminApiParts) {
  return { now: isoTime(nowMs()), version }
}

/** A stream that is open all day does not prolong its session. */
async function isStillValid(parts: AdminApiParts, { by, sessionId, user }: Principal) {
  if (by === 'key') return true
  try {
    const sessions = await parts.identity.sessions.list(user.id)
    return sessions.some(
      ({ session, user: owner }) => session.id === sessionId && owner.status === 'active',
    )
  } catch {
    return true
  }
}
