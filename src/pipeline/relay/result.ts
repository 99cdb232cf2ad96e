/** What relay hands to settle. */
import type { TokenUsage } from '../../core/token-usage.ts'
import type { AttemptNote, Outcome, PaidUnits } from '../../usage/record.ts'
import type { RequestTries } from '../attempt/tries.ts'

export interface RelayResult {
  readonly tries: RequestTries
  readonly outcome: Outcome
  /** What the client was sent. */
  readonly status: number
  readonly errorCode: string | null
  /** As the upstream reported it. */
  readonly usage: TokenUsage | null
  /** As in StreamReader; absent: false. */
  readonly usageIsPartial?: boolean
  /** What the upstreams took that began the answer, if others went on with it; absent or null: none did. */
  readonly earlier?: TokenUsage | null
  /** The attempt that the answer ended with; only if others began it. */
  readonly ended?: AttemptNote | undefined
  /** As in WholeResponse. */
  readonly cost?: number | 'unpriced' | undefined
  readonly units?: readonly PaidUnits[] | undefined
  /** Of another model than the attempt's: that of a transcription in a session. */
  readonly upstreamModel?: string | undefined
  /** What was generated, for counting if no usage was reported, or only a part. */
  readonly text: string
  /** From arrival until the first byte of the answer; null if none came. */
  readonly firstTokenMs: number | null
}
