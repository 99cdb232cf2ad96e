/**
 * Latency histograms that can be merged over any range: each bucket is 2^¼ times as wide as the previous one, so
 * a percentile is at most 19 % off. Averages of percentiles would be meaningless.
 */

const STEPS_PER_DOUBLING = 4
const MAX_BUCKET = 100

/** The bucket of a latency in milliseconds. */
export function bucketOf(ms: number): number {
  if (ms <= 1) return 0
  return Math.min(MAX_BUCKET, Math.ceil(Math.log2(ms) * STEPS_PER_DOUBLING))
}

/** The geometric middle of a bucket. */
function middleOf(bucket: number): number {
  return 2 ** ((bucket - 0.5) / STEPS_PER_DOUBLING)
}

export interface BucketCount {
  bucket: number
  requests: number
}

/** Milliseconds; null if there are no values. `share` is 0.95 for the 95th percentile. */
export function percentile(counts: readonly BucketCount[], share: number): number | null {
  const total = counts.reduce((sum, { requests }) => sum + requests, 0)
  if (total === 0) return null
  const rank = share * total
  let below = 0
  for (const { bucket, requests } of [...counts].sort((one, other) => one.bucket - other.bucket)) {
    below += requests
    if (below >= rank) return Math.round(middleOf(bucket) * 10) / 10
  }
  return null
}

const MICROSECONDS = 1000

/**
 * The bucket of the gateway's own time: from a request's arrival until it was first sent to an upstream. Its buckets
 * are of microseconds, because it is about a millisecond.
 */
export function overheadBucketOf(ms: number): number {
  return bucketOf(ms * MICROSECONDS)
}

/** Milliseconds, of buckets of `overheadBucketOf`; null if there are none. */
export function overheadPercentile(counts: readonly BucketCount[], share: number): number | null {
  const found = percentile(counts, share)
  return found === null ? null : found / MICROSECONDS
}
