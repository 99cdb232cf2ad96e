/** Tries an upstream key without a client's request. */
import type { UpstreamKey } from '../core/entities.ts'

export interface ProbeResult {
  ok: boolean
  /** Null where no reply came. */
  status: number | null
  latencyMs: number
  detail: string
  /** What became of credentials that get access tokens; absent: they were obtained, or the key is sent itself. */
  credentials?: 'refused' | 'missing'
}

export interface UpstreamProbe {
  /** Never throws. */
  probe(upstream: UpstreamKey, secret: string): Promise<ProbeResult>
}
