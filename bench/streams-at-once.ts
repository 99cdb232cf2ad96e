/** Opens streams until all of them are open at once, only then lets them go on, and wants every one whole. */
import { STREAM_REQUEST } from './rig/replies.ts'
import { openStream, type StreamResult } from './rig/stream-client.ts'
import type { StreamUpstream } from './rig/stream-upstream.ts'
import { mustBeWhole } from './streams.ts'

export interface OpenStreams {
  /** Must hold its streams after their first chunk. */
  upstream: StreamUpstream
  port: number
  proxyKey: string
  streams: number
  chunks: number
  /** Called while all of them are open. */
  whenOpen?: () => void
}

/** So many are being opened at once; a client that opens all in one moment only measures its own backlog. */
const OPENING_AT_ONCE = 200

export async function runOpenStreams(
  options: OpenStreams,
): Promise<{ openMs: number; openAtOnce: number; results: readonly StreamResult[] }> {
  const { upstream, port, proxyKey, streams, chunks, whenOpen } = options
  const headers = { authorization: `Bearer ${proxyKey}` }
  const startedMs = performance.now()
  const ends = []
  while (ends.length < streams) {
    const count = Math.min(OPENING_AT_ONCE, streams - ends.length)
    const batch = Array.from({ length: count }, () =>
      openStream({ hostname: '127.0.0.1', port, headers, body: STREAM_REQUEST }),
    )
    await Promise.all(batch.map((stream) => stream.first))
    ends.push(...batch.map((stream) => stream.end))
  }
  const openMs = performance.now() - startedMs
  const openAtOnce = upstream.open()
  if (openAtOnce !== streams)
    throw new Error(`${openAtOnce} of ${streams} streams are open at once`)
  whenOpen?.()
  upstream.release()
  const results = await Promise.all(ends)
  mustBeWhole(results, chunks)
  return { openMs, openAtOnce, results }
}
