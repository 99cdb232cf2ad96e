/** Tries an upstream key without a client's request. */
import type { UpstreamKey } from '../core/entities.ts'

export interface ProbeResult {
  ok: boolean
  /** Null where no reply came. */
  status: number | null
  latencyMs: number
  detail: string
}

export interface UpstreamProbe {
  /** Never throws. */
  probe(upstream: UpstreamKey, secret: string): Promise<ProbeResult>
}
