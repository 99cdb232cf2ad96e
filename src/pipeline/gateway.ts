/** What the stages of a request share: the directory, the pool, and the ports they use. */
import type { RetryBudget } from '../core/retry.ts'
import type { Clock } from '../ports/clock.ts'
import type { Sha256Hex } from '../ports/digest.ts'
import type { Journal } from '../ports/journal.ts'
import type { Logger } from '../ports/logger.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { Tokenizer } from '../ports/tokenizer.ts'
import type { Transport } from '../ports/transport.ts'
import type { Deadlines } from './deadlines.ts'
import type { Directory } from './directory.ts'
import type { EndedRequests } from './ended-requests.ts'
import type { Pool } from './pool.ts'
import type { Quotas } from './quota.ts'
import type { RateLimits } from './rate-limits.ts'

export interface TimeLimits {
  firstByteMs: number
  idleMs: number
  requestMs: number
  /** A client that takes nothing for this long is cut. */
  clientWriteMs: number
}

export interface Gateway {
  directory: Directory
  pool: Pool
  transport: Transport
  tokenizer: Tokenizer
  journal: Journal
  endedRequests: EndedRequests
  metrics: Metrics
  logger: Logger
  clock: Clock
  sha256Hex: Sha256Hex
  /** In [0, 1). */
  random: () => number
  retryBudget: RetryBudget
  deadlines: Deadlines
  limits: TimeLimits
  quotas: Quotas
  rateLimits: RateLimits
  /** One more try, on a fresh connection, where one was reset before any reply. */
  resendOnReset: boolean
}
