/** SSE-1: does a stream arrive as it is written, or does something in between buffer it? */
import type { StreamEvidence, StreamSeen } from '../evidence.ts'
import { type Finding, failing, ok, skipped, warning } from '../finding.ts'

/** A stream with fewer chunks than this fraction of those sent, and longer gaps, was buffered. */
const PIECES_KEPT = 0.5
const LONGER_MS = 80
/** A stream that takes less than this fraction of the time was held back before it. */
const SPREAD_KEPT = 0.5
/** The demo's own duration exceeds this on any machine that keeps up at all. */
const SHORTEST_MS = 100

export function judgeStream(evidence: StreamEvidence): Finding[] {
  const { url, publicUrl, direct, through, throughHttp2 } = evidence
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
  const ways = [
    { over: 'HTTP/1.1', way: through },
    ...(throughHttp2 === null ? [] : [{ over: 'HTTP/2', way: throughHttp2 }]),
  ]
  const collected = ways.find(({ way }) => wasCollected(direct, way))
  if (collected !== undefined)
    return [
      failing('sse.buffered', {
        ...seen,
        over: collected.over,
        gapMs: direct.longestGapMs,
        throughMs: collected.way.spreadMs,
        throughGapMs: collected.way.longestGapMs,
        throughChunks: collected.way.reads,
        throughFirstMs: collected.way.firstMs,
      }),
    ]
  if (!through.whole) return [failing('sse.cut', { ...seen, error: 'no [DONE]' })]
  return [ok('sse.ok', { ...seen, over: ways.map(({ over }) => over).join(', ') })]
}

/** All at the end, or in bursts: judged by arrival times, not by the number of chunks. */
function wasCollected(direct: StreamSeen, through: StreamSeen): boolean {
  if (through.status !== 200) return false
  if (through.spreadMs < SPREAD_KEPT * direct.spreadMs) return true
  const fewer = through.reads < PIECES_KEPT * direct.reads
  return fewer && through.longestGapMs > 2 * direct.longestGapMs + LONGER_MS
}

function refused(where: string, { status, code }: StreamSeen): Finding {
  return warning('sse.refused', { where, status, code: code ?? 'no code' })
}
