/** The live view: one stream of server-sent events per browser, from memory; it ends with its session or key. */
import { isoTime } from '../../../core/time/iso-time.ts'
import { authenticate } from '../../../pipeline/authenticate.ts'
import type { LiveRow } from '../../../usage/live/live-row.ts'
import * as contract from './contract/requests.ts'
import { type AdminContext, type AdminRoutes, ownerScope } from './frame/operation.ts'
import type { AdminApiParts } from './frame/parts.ts'
import { createStreamSlots } from './frame/stream-slots.ts'
import { requestRow } from './views/request-views.ts'

/** A browser shows no more than this; the rest is counted. */
const MAX_PER_TICK = 50
const TICK_MS = 250
const GAUGE_EVERY = 4
const CLOCK_EVERY = 60
/** How often the session or key of a stream is checked. */
const RIGHTS_EVERY = 4

export function eventOperations({ on, parts }: AdminRoutes): void {
  const slots = createStreamSlots()
  on(contract.events, (context) => {
    const leave = slots.take(context.var.principal.user.id)
    const { quiet } = context.req.valid('query')
    const stream = eventStream(parts, context, { quiet: quiet === true, ended: leave })
    return context.body(stream, 200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    }) as never
  })
}

interface StreamOptions {
  quiet: boolean
  ended(): void
}

function eventStream(
  parts: AdminApiParts,
  context: AdminContext,
  { quiet, ended }: StreamOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const { signal } = context.req.raw
  const owner = ownerScope(context.var.principal)
  let waiting: LiveRow[] = []
  let skipped = 0
  let tick = 0
  let stop = () => {}

  return new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (name: string, data: object) =>
        controller.enqueue(encoder.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`))
      const unwatch = parts.services.live.watch({
        row(row) {
          if (quiet || (owner !== null && row.userId !== owner)) return
          if (waiting.length < MAX_PER_TICK) waiting.push(row)
          else skipped++
        },
        // Their owner is unknown, so only roles that see everyone's requests get them.
        skipped(requests) {
          if (!quiet && owner === null) skipped += requests
        },
      })
      const flush = () => {
        for (const row of waiting) send('request', requestRow(row, row))
        waiting = []
        if (skipped > 0) send('skipped', { requests: skipped })
        skipped = 0
      }
      let open = true
      let scope = scopeOf(parts)
      const endWithoutRights = async () => {
        if ((await keepsRights(parts, context)) || !open) return
        stop()
        send('bye', { reason: 'the session has ended, or its role has changed' })
        controller.close()
      }
      const timer = setInterval(() => {
        tick++
        // Checked first: a client that reads nothing must not stay connected by that.
        if (tick % RIGHTS_EVERY === 0) void endWithoutRights()
        // A client that reads too slowly is sent less, instead of being kept in memory.
        if ((controller.desiredSize ?? 0) < -100) return
        flush()
        if (scopeOf(parts).instances !== scope.instances) {
          scope = scopeOf(parts)
          send('scope', scope)
        }
        if (tick % GAUGE_EVERY === 0 && owner === null) send('gauge', gaugeOf(parts))
        if (tick % CLOCK_EVERY === 0) send('clock', clockOf(parts))
      }, TICK_MS)
      stop = () => {
        open = false
        clearInterval(timer)
        unwatch()
        ended()
      }
      signal.addEventListener('abort', () => stop())
      if (signal.aborted) stop()
      else {
        send('clock', clockOf(parts))
        send('scope', scope)
      }
    },
    cancel: () => stop(),
  })
}

function gaugeOf({ services: { live, livePeers, inFlight } }: AdminApiParts) {
  const own = live.lastMinute()
  const others = livePeers.gauge()
  return {
    in_flight: inFlight.count() + others.inFlight,
    requests_per_minute: own.requests + others.requests,
    errors_per_minute: own.errors + others.errors,
    tokens_per_minute: own.tokens + others.tokens,
  }
}

function clockOf({ nowMs, version }: AdminApiParts) {
  return { now: isoTime(nowMs()), version }
}

function scopeOf({ services: { livePeers } }: AdminApiParts) {
  return { instances: livePeers.scope() }
}

/**
 * Whether the caller would still get the same stream. A stream that is open all day does not prolong its
 * session. If the store can't be asked, the stream stays.
 */
async function keepsRights(parts: AdminApiParts, { var: { principal }, env }: AdminContext) {
  const { by, sessionId, user, role } = principal
  try {
    if (by === 'key') return authenticate(parts.services, env.exchange).user.role === role
  } catch {
    return false
  }
  try {
    const sessions = await parts.identity.sessions.list(user.id)
    const found = sessions.find(({ session }) => session.id === sessionId)
    return found?.user.status === 'active' && found.user.role === role
  } catch {
    return true
  }
}
