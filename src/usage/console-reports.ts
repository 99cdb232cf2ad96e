/** What the console asks of the usage ledger. Totals come from rollups, never from single requests. */
import type { SummedField } from '../core/units/summed-fields.ts'
import type { BucketCount } from './latency.ts'
import type { PriceSource } from './price-catalogue.ts'
import type { CostPart, Rates } from './prices.ts'
import type { Outcome } from './record.ts'

export const REPORT_GROUPS = ['user', 'key', 'model', 'upstream'] as const
export type ReportGroup = (typeof REPORT_GROUPS)[number]

export interface UsageFilter {
  userId: number | null
  apiKeyId: number | null
  model: string | null
  upstream: string | null
}

export interface TimeRange {
  fromMs: number
  /** Exclusive. */
  untilMs: number
}

export interface BucketQuery extends UsageFilter {
  /** Each starts and ends on a half hour. */
  buckets: readonly TimeRange[]
  by: readonly ReportGroup[]
}

export interface BucketSum extends Record<SummedField, number> {
  /** Index into the query's buckets. */
  bucket: number
  /** User and key ids as strings; model and upstream names. */
  group: readonly string[]
  requests: number
  errors: number
  estimatedRequests: number
  unpricedRequests: number
  costUsd: number
}

export interface RequestQuery extends UsageFilter, TimeRange {
  outcome: string | null
  /** Inclusive. */
  minStatus: number
  maxStatus: number
  /** The last row of the previous page, newest first. */
  after: { startedAt: string; requestId: string } | null
  limit: number
}

export interface RequestEntry extends Record<SummedField, number> {
  requestId: string
  startedAt: string
  userId: number
  apiKeyId: number
  endpoint: string
  model: string
  upstreamModel: string | null
  upstream: string | null
  provider: string | null
  stream: boolean
  status: number
  outcome: Outcome | string
  errorCode: string | null
  attempts: number
  /** JSON, as it was stored. */
  attemptLog: string
  ambiguous: boolean
  durationMs: number
  firstTokenMs: number | null
  reservedTokens: number
  estimated: boolean
  costUsd: number | null
}

export interface RequestPage {
  entries: RequestEntry[]
  /** The time for a search was up before the page was full: what is older was not searched. Null otherwise. */
  searchedUntilMs: number | null
}

export interface PricedEntry extends RequestEntry {
  /** How the cost was calculated; empty if that is unknown. */
  cost: readonly CostPart[]
}

export interface AttemptCount {
  attempts: number
  /** Those that the upstream was to blame for. */
  failures: number
}

export interface PriceQuestion {
  source: PriceSource
  model: string
}

export interface ConsoleReports {
  sums(query: BucketQuery): Promise<BucketSum[]>
  /** Per upstream, merged over the range. */
  latency(range: TimeRange): Promise<(BucketCount & { upstream: string })[]>
  /** Times to the first token of all upstreams together. */
  firstToken(range: TimeRange): Promise<BucketCount[]>
  /** The gateway's own time, in buckets of `overheadBucketOf`. */
  overhead(range: TimeRange): Promise<BucketCount[]>
  /** By upstream key, also those of requests that another key then answered. */
  attempts(range: TimeRange): Promise<Map<number, AttemptCount>>
  requests(query: RequestQuery): Promise<RequestPage>
  /** For any date. */
  request(requestId: string): Promise<PricedEntry | null>
  /** Names of users and keys, including deleted ones. */
  names(kind: 'user' | 'key', ids: readonly number[]): Promise<Map<number, string>>
  /** When the first request was recorded; null if there is none. */
  firstRecordMs(): Promise<number | null>
  /** Published prices as of now, in the order of the questions; null if unknown. The list takes a while to load. */
  publishedRates(asked: readonly PriceQuestion[]): Promise<(Rates | null)[]>
}
