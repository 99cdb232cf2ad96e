/** Live events for pages, through the shared worker where there is one. */
import { useEffect, useRef } from 'react'
import { ADMIN_URL } from '@/lib/addresses.ts'
import { syncClock } from '@/lib/clock.ts'
import type { Schemas } from '../client.ts'
import { queryClient } from '../query-client.ts'
import { EventHub, type LiveMessage, type Watch } from './event-hub.ts'

type Events = Required<Schemas['LiveEvents']>
export interface LiveListener {
  request?: (request: Events['request']) => void
  skipped?: (skipped: Events['skipped']) => void
  gauge?: (gauge: Events['gauge']) => void
  /** The stream has begun or is lost. */
  open?: () => void
  lost?: () => void
}

const listeners = new Set<LiveListener>()
let send: ((watch: Watch | null) => void) | null = null

function connect(): (watch: Watch | null) => void {
  if (typeof SharedWorker === 'function') {
    const worker = new SharedWorker(new URL('./events-worker.ts', import.meta.url), {
      type: 'module',
      name: 'gpt-proxy-events',
    })
    worker.port.onmessage = ({ data }) => receive(data)
    return (watch) => worker.port.postMessage(watch)
  }
  const hub = new EventHub()
  return (watch) => (watch === null ? hub.leave(receive) : hub.watch(receive, watch))
}

/** What to fetch again when someone, here or elsewhere, has changed something of a kind. */
const STALE: Record<string, readonly string[]> = {
  users: ['users', 'user', 'overview'],
  keys: ['keys', 'key', 'users', 'user'],
  upstreams: ['upstreams', 'upstream', 'models', 'overview'],
  settings: ['settings', 'surroundings'],
}

let isLost = false

/** What changed while the stream was lost is unknown. */
function catchUp(name: string): void {
  if (name === 'open' && isLost) void queryClient.invalidateQueries()
  if (name === 'open' || name === 'lost') isLost = name === 'lost'
}

function receive({ name, data }: LiveMessage): void {
  catchUp(name)
  if (name === 'clock') syncClock((data as Events['clock']).now)
  else if (name === 'changed') {
    for (const key of STALE[(data as Events['changed']).kind] ?? [])
      void queryClient.invalidateQueries({ queryKey: [key] })
  } else if (name === 'bye') void queryClient.invalidateQueries({ queryKey: ['identity'] })
  else
    for (const listener of listeners)
      (listener[name as keyof LiveListener] as ((data: unknown) => void) | undefined)?.(data)
}

function announce(): void {
  send ??= connect()
  const requests = [...listeners].some(({ request }) => request !== undefined)
  const visible = document.visibilityState === 'visible'
  send(listeners.size === 0 ? null : { url: `${ADMIN_URL}/events`, requests, visible })
}

document.addEventListener('visibilitychange', () => listeners.size > 0 && announce())
addEventListener('pagehide', () => send?.(null))
addEventListener('pageshow', ({ persisted }) => persisted && announce())

/** Calls the listener's methods while the component is mounted and the tab visible. */
export function useLiveEvents(listener: LiveListener, active = true): void {
  const latest = useRef(listener)
  latest.current = listener
  const wantsRequests = listener.request !== undefined
  useEffect(() => {
    if (!active) return
    const relay: LiveListener = {
      ...(wantsRequests ? { request: (request) => latest.current.request?.(request) } : {}),
      skipped: (skipped) => latest.current.skipped?.(skipped),
      gauge: (gauge) => latest.current.gauge?.(gauge),
      open: () => latest.current.open?.(),
      lost: () => latest.current.lost?.(),
    }
    listeners.add(relay)
    announce()
    return () => {
      listeners.delete(relay)
      announce()
    }
  }, [active, wantsRequests])
}
