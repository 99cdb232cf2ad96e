/** One finished request, as the ledger keeps it. */
import type { TokenUsage } from '../core/token-usage.ts'

/** How a request ended, from the client's side; `lost`: the gateway itself went down in the middle. */
export type Outcome = 'ok' | 'rejected' | 'upstream_error' | 'cut' | 'aborted' | 'lost'

/** One try at one upstream key. `failure` is null where it succeeded. */
export interface AttemptNote {
  upstreamKeyId: number
  upstream: string
  status: number | null
  failure: string | null
  /** True where the upstream may have worked on the request although no reply came. */
  ambiguous: boolean
  /** Fields that the upstream did not get as they were meant, e.g. `top_k dropped`; absent if none. */
  losses?: readonly string[]
}

export interface UsageRecord extends TokenUsage {
  requestId: string
  startedAtMs: number
  userId: number
  apiKeyId: number
  endpoint: string
  /** The model the client asked for. */
  model: string
  /** The name it has at the upstream; null where none was reached. */
  upstreamModel: string | null
  upstreamKeyId: number | null
  upstream: string | null
  provider: string | null
  stream: boolean
  /** HTTP status sent to the client. */
  status: number
  outcome: Outcome
  errorCode: string | null
  attempts: readonly AttemptNote[]
  durationMs: number
  firstTokenMs: number | null
  /** Held of the user's quota until it was settled; 0 for a user without one. */
  reservedTokens: number
  /** Price in USD; null where unknown, or not asked yet: it is looked up as the record is stored. */
  costUsd: number | null
}
