/** What attempt hands to relay. */
import type { GatewayError } from '../../core/errors.ts'
import type { Failure } from '../../core/failure.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import type { StreamReader } from '../../protocols/protocol.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { UpstreamReply } from '../../upstreams/transport.ts'
import type { PaidUnits } from '../../usage/record.ts'
import type { UpstreamRefusal } from './refusals.ts'

interface ResponseHead {
  upstream: UsableUpstream
  /** Allow-listed headers of the upstream. */
  headers: Record<string, string>
}

/** A whole reply that was found good before any of it was sent. */
export interface WholeResponse extends ResponseHead {
  kind: 'whole'
  /** Of a vendor's route; a model's answer is 200. */
  status?: number
  /** JSON, unless this says otherwise. */
  contentType?: string
  text: string
  /** As it came, to the byte, or without the key that it echoed. */
  body: string | Uint8Array<ArrayBuffer>
  usage: TokenUsage | null
  /** USD, if it is not paid by the token; `unpriced` if its price is unknown. */
  cost?: number | 'unpriced' | undefined
  /** What it is paid by, if not by the token. */
  units?: readonly PaidUnits[] | undefined
}

/** A stream whose first event was found good. */
export interface StreamResponse extends ResponseHead {
  kind: 'stream'
  reader: StreamReader
  /** Bytes without events, their number if it is known, and the status. If they break off, so does the connection. */
  plain?: { length: number | null; status: number }
  /** Its cost at its end, as in WholeResponse. */
  cost?(): number | 'unpriced' | undefined
  units?: readonly PaidUnits[] | undefined
  /** Events that came with the first one. */
  first: Uint8Array | null
  reply: UpstreamReply
  /** Closes the upstream's side at once; a read in progress rejects. */
  cancel(): void
}

export type UpstreamResponse = WholeResponse | StreamResponse

export type AttemptResult =
  | { kind: 'response'; response: UpstreamResponse }
  | { kind: 'failure'; error: GatewayError | UpstreamRefusal }
  /** The client went away. */
  | { kind: 'aborted' }

/** What one attempt came to. */
export type SendResult =
  | { kind: 'response'; response: UpstreamResponse }
  /**
   * `said` is the body that came with an error status, as it was: for machines alone. `used` is what the upstream
   * reported although nothing of its answer could be sent.
   */
  | { kind: 'failed'; failure: Failure; said: string; used?: TokenUsage | null }
  /** The gateway itself ended it, which says nothing about the key. */
  | { kind: 'ended'; error: GatewayError }

export type Failed = Extract<SendResult, { kind: 'failed' }>
