/** What a try comes to; where it succeeded, what is handed to relay. */
import type { GatewayError } from '../../core/errors.ts'
import type { Failure } from '../../core/failure.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import type { StreamObserver } from '../../protocols/openai/stream.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { UpstreamReply } from '../../upstreams/transport.ts'

interface AnswerHead {
  upstream: UsableUpstream
  status: number
  /** Allow-listed headers of the upstream. */
  headers: Record<string, string>
}

/** A whole reply: nothing of it was sent yet when it was found good. */
export interface WholeAnswer extends AnswerHead {
  kind: 'whole'
  text: string
  /** As it came, to the byte, or without the key that it echoed. */
  body: string | Uint8Array<ArrayBuffer>
  usage: TokenUsage | null
}

/** A stream whose first event was found good. */
export interface StreamAnswer extends AnswerHead {
  kind: 'stream'
  observer: StreamObserver
  /** Events that came with the first one. */
  first: Uint8Array | null
  reply: UpstreamReply
  /** Closes the upstream's side at once; a read under way rejects. */
  cancel(): void
}

export type Answer = WholeAnswer | StreamAnswer

/** What one try came to. */
export type AttemptResult =
  | { how: 'answered'; answer: Answer }
  | { how: 'failed'; failed: Failure }
  /** By the gateway itself: no word about the key. */
  | { how: 'ended'; error: GatewayError }
