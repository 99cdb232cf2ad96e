/** SSE-1: does a stream arrive as it is written, or collected by something in between? */
import type { StreamEvidence, StreamSeen } from '../evidence.ts'
import { type Finding, failure, ok, skipped, warning } from '../finding.ts'

/** Fewer pieces than this part of those that were sent, with longer waits between them, were collected. */
const PIECES_KEPT = 0.5
const LONGER_MS = 80
/** The demo's own length is above this wherever the machine keeps up at all. */
const SHORTEST_MS = 100

export function judgeStream({ url, publicUrl, direct, through }: StreamEvidence): Finding[] {
  if (!direct.ok) return [skipped('no-gateway', { url })]
  if (direct.status !== 200) return [refused('directly', direct)]
  const { spreadMs, reads, firstMs } = direct
  if (spreadMs < SHORTEST_MS) return [warning('sse.held', { chunks: reads, directMs: spreadMs })]
  const figures = { chunks: reads, directMs: spreadMs, firstMs, publicUrl }
  if (through === null) return [ok('sse.direct', figures)]
  if (!through.ok) return [skipped('sse.no-way', { publicUrl, error: through.error })]
  if (!through.fromGateway && through.status >= 500)
    return [skipped('sse.no-way', { publicUrl, error: `status ${through.status}` })]
  if (through.status !== 200) return [refused(`through ${publicUrl}`, through)]
  const seen = { ...figures, throughMs: through.spreadMs, proxy: through.proxy }
  const waits = { gapMs: direct.longestGapMs, throughGapMs: through.longestGapMs }
  const fewer = through.reads < PIECES_KEPT * reads
  if (fewer && waits.throughGapMs > 2 * waits.gapMs + LONGER_MS)
    return [
      failure('sse.buffered', {
        ...seen,
        ...waits,
        throughChunks: through.reads,
        throughFirstMs: through.firstMs,
      }),
    ]
  if (!through.whole) return [failure('sse.cut', { ...seen, error: 'no [DONE]' })]
  return [ok('sse.ok', seen)]
}

function refused(where: string, { status, code }: StreamSeen): Finding {
  return warning('sse.refused', { where, status, code: code ?? 'no code' })
}
