/** One finished request, as the ledger keeps it. */
import type { ProviderName } from '../core/providers/providers.ts'
import type { TokenUsage } from '../core/token-usage.ts'
import type { UnitKind } from '../core/units/unit-kinds.ts'

/** What one of several upstreams used for a request; priced separately when the record is stored. */
export interface AttemptUse extends TokenUsage {
  /** Its name at the upstream. */
  model: string
  provider: ProviderName
  /** What of it is a part of the request's own tokens and cost. */
  charged: 'all' | 'output' | 'nothing'
  /** USD; absent if no price is known. */
  costUsd?: number
}

/** How a request ended for the client; `lost`: the gateway went down during it. */
export type Outcome = 'ok' | 'rejected' | 'upstream_error' | 'cut' | 'aborted' | 'lost'

/** Time that a request spent waiting before it was sent; milliseconds since it arrived. */
export interface Wait {
  /** What it waited for: counters of limits, the quota's ledger, or a slot among requests that run. */
  kind: 'limits' | 'quota' | 'queue'
  startedMs: number
  durationMs: number
}

/** What is paid by something other than tokens. */
export interface PaidUnits {
  kind: UnitKind
  count: number
}

/** One attempt at one upstream key. `failure` is null if it succeeded. */
export interface AttemptNote {
  upstreamKeyId: number
  upstream: string
  status: number | null
  failure: string | null
  /** True if the upstream may have processed the request although no reply arrived. */
  ambiguous: boolean
  /** Milliseconds from the request's arrival until it was sent; absent in records of older versions. */
  startedMs?: number
  /** Milliseconds from then until the upstream's reply was known to be good or bad. */
  durationMs?: number
  /** What the request waited for before its first attempt; absent if it did not wait. */
  waits?: readonly Wait[]
  /** Fields the upstream did not get as intended, e.g. `top_k dropped`; absent if none. */
  losses?: readonly string[]
  /** Absent if it was paid by tokens alone, or its reply did not say what it used. */
  units?: readonly PaidUnits[]
  /** Absent if no other attempt took anything: then it is the record's. */
  used?: AttemptUse
}

export interface UsageRecord extends TokenUsage {
  requestId: string
  startedAtMs: number
  userId: number
  apiKeyId: number
  endpoint: string
  /** The model the client asked for. */
  model: string
  /** Its name at the upstream; null if none was reached. */
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
  /** Reserved from the user's quota until settled; 0 for a user without one. */
  reservedTokens: number
  /** Price in USD; null if unknown or not looked up yet, which happens when the record is stored. */
  costUsd: number | null
}
