/** The doctor: its report, and what only this browser can see of the way in between. */
import { queryOptions } from '@tanstack/react-query'
import { ADMIN_URL } from '@/lib/addresses.ts'
import { eventData } from '@/lib/sse.ts'
import { api, unwrap } from './client.ts'
import { errorFrom } from './errors.ts'

export type Verdict = 'skipped' | 'ok' | 'warning' | 'failure'

export interface Finding {
  code: string
  verdict: Verdict
  seen: string
  cause: string | null
  fix: string | null
  commands: readonly string[]
}

export interface DoctorReport {
  verdict: Verdict
  checks: readonly { id: string; verdict: Verdict; took_ms: number; findings: readonly Finding[] }[]
}

export const doctorQuery = (language: string) =>
  queryOptions({
    queryKey: ['doctor', language],
    queryFn: async ({ signal }) =>
      (await unwrap(
        api.GET('/doctor', { params: { query: { lang: language } }, signal }),
      )) as unknown as DoctorReport,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    enabled: false,
  })

export interface StreamingResult {
  /** Milliseconds between the first event and the last one that was waited for. */
  spreadMs: number
  events: number
}

const LISTEN_MS = 6000
const ENOUGH = 4

/**
 * Listens to the live stream through everything in between: a proxy that collects events before it passes them on
 * hands all of them over at once, or none in time.
 */
export async function checkStreaming(): Promise<StreamingResult> {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), LISTEN_MS)
  const times: number[] = []
  try {
    const response = await fetch(`${ADMIN_URL}/events?quiet=1`, { signal: controller.signal })
    if (!response.ok) throw await errorFrom(response, await response.json().catch(() => undefined))
    if (response.body !== null)
      for await (const _ of eventData(response.body)) {
        times.push(performance.now())
        if (times.length >= ENOUGH) break
      }
  } catch (error) {
    if (!controller.signal.aborted) throw error
  } finally {
    clearTimeout(timer)
    controller.abort()
  }
  return { events: times.length, spreadMs: (times.at(-1) ?? 0) - (times[0] ?? 0) }
}
