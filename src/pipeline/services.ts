/** What the stages of a request share: the directory, the keys' health, and the ports they use. */

import type { KeyActivity } from '../access/key-activity.ts'
import type { Logger } from '../core/logger.ts'
import type { Sha256Hex } from '../core/sha256.ts'
import type { Clock } from '../core/time/clock.ts'
import type { Trust } from '../limits/client-address.ts'
import type { InFlight, QueueRules } from '../limits/in-flight.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { Slots } from '../limits/slots.ts'
import type { ObjectStore } from '../passthrough/objects.ts'
import type { ResponseStore } from '../passthrough/response-store.ts'
import type { UploadsInProgress } from '../passthrough/uploads.ts'
import type { ThoughtStores } from '../protocols/translation/thought-memory.ts'
import type { Quotas } from '../quota/quota.ts'
import type { KeyDirectory } from '../upstreams/directory.ts'
import type { KeyHealth } from '../upstreams/health/health.ts'
import type { Latencies } from '../upstreams/health/latency.ts'
import type { KnownLists } from '../upstreams/known-lists.ts'
import type { RetryBudget } from '../upstreams/retry-budget.ts'
import type { Transport } from '../upstreams/transport.ts'
import type { Journal } from '../usage/journal.ts'
import type { Live } from '../usage/live/live.ts'
import type { LivePeers } from '../usage/live/peers.ts'
import type { Metrics } from '../usage/metrics.ts'
import type { ModelPrices } from '../usage/model-prices.ts'
import type { UsageRecord } from '../usage/record.ts'
import type { EndedRequests } from '../usage/sinks.ts'
import type { Tokenizer } from '../usage/tokenizer.ts'
import type { Deadlines } from './deadlines.ts'

export interface TimeLimits {
  /** How long an upstream may take before its first byte. */
  firstByteMs: number
  /** The same for a stream that another target could serve instead. */
  standbyFirstByteMs: number
  idleMs: number
  requestMs: number
  /** A client that takes nothing for this long is cut. */
  clientWriteMs: number
  /** A stream's client that got nothing for this long gets a comment; 0: never. */
  keepAliveMs: number
}

/** What becomes of a stream that breaks after the client has seen a part of its answer. */
export interface RescueRules {
  /** `prefill`: only by targets that take the beginning of their own turn; `off`: it ends with an error. */
  mode: 'continue' | 'prefill' | 'off'
  /** What the user pays: the answer as if one upstream had given it, or all that upstreams were asked. */
  charge: 'answer' | 'all'
}

export interface Services {
  directory: KeyDirectory
  health: KeyHealth
  modelLists: KnownLists
  latencies: Latencies
  prices: ModelPrices
  transport: Transport
  tokenizer: Tokenizer
  journal: Journal
  endedRequests: EndedRequests
  live: Live
  livePeers: LivePeers
  metrics: Metrics
  logger: Logger
  clock: Clock
  sha256Hex: Sha256Hex
  /** In [0, 1). */
  random: () => number
  retryBudget: RetryBudget
  /** How many requests may be sent twice. */
  hedgeBudget: RetryBudget
  deadlines: Deadlines
  limits: TimeLimits
  /** Models at keys that refuse to be asked for usage in streams. */
  usageRefusers: Map<string, true>
  /** What clients of one format can't return of another's. */
  thoughts: ThoughtStores
  quotas: Quotas
  rateLimits: RateLimits
  inFlight: InFlight
  slots: Slots
  queue: QueueRules
  /** When known keys were used and refused. */
  keyActivity: KeyActivity
  /** Whether an address is a proxy whose X-Forwarded-For is believed. */
  trustsProxy: Trust
  /** Names of clients' headers that reach upstreams. */
  forwardHeaders: readonly string[]
  /** Objects that clients made at vendors. */
  objects: ObjectStore
  /** Files that are uploaded to Google in pieces. */
  uploads: UploadsInProgress
  /** Responses that the gateway keeps itself; null if it keeps none. */
  responses: ResponseStore | null
  /** Stores records at once, not by way of the journal; those whose id was stored before are skipped. */
  settleNow(records: readonly UsageRecord[]): Promise<unknown>
  /** Whether ids that were not created through the gateway may be used; they belong to no user. */
  unknownObjects: 'pass' | 'refuse'
  rescue: RescueRules
  /** One more try, on a fresh connection, where one was reset before any reply. */
  resendOnReset: boolean
  /** One quick retry of the same target before a standby of another model. */
  sameTargetRetry: boolean
}
