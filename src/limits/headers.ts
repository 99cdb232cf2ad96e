/** The x-ratelimit headers, as OpenAI writes them. */
import type { Limit, LimitState } from './rules.ts'

const HEADERS = {
  requests: {
    limit: 'x-ratelimit-limit-requests',
    remaining: 'x-ratelimit-remaining-requests',
    reset: 'x-ratelimit-reset-requests',
  },
  tokens: {
    limit: 'x-ratelimit-limit-tokens',
    remaining: 'x-ratelimit-remaining-tokens',
    reset: 'x-ratelimit-reset-tokens',
  },
} as const

/** Adds `x-ratelimit-*` as OpenAI formats them, for the limit with the least left. */
export function addLimitHeaders(
  headers: Record<string, string>,
  limits: readonly Limit[],
  states: readonly LimitState[],
): void {
  for (const measure of ['requests', 'tokens'] as const) {
    let tightest = -1
    for (let at = 0; at < limits.length; at++) {
      if (limits[at]?.measure !== measure) continue
      if (tightest < 0 || left(limits, states, at) < left(limits, states, tightest)) tightest = at
    }
    if (tightest < 0) continue
    const names = HEADERS[measure]
    headers[names.limit] = String(limits[tightest]?.limit)
    headers[names.remaining] = String(Math.max(0, left(limits, states, tightest)))
    headers[names.reset] = goDuration(states[tightest]?.resetMs ?? 0)
  }
}

function left(limits: readonly Limit[], states: readonly LimitState[], at: number): number {
  return (limits[at]?.limit ?? 0) - (states[at]?.used ?? 0)
}

/** The last duration: usually a request's limits all reset at the same time, as do those of the next request. */
let lastMs = 0
let lastText = '0s'

/** Formats a duration as Go does, which is what OpenAI sends: `20ms`, `1s`, `1.5s`, `6m0s`. */
export function goDuration(ms: number): string {
  const whole = Math.ceil(ms)
  if (whole !== lastMs) {
    lastText = formatted(whole)
    lastMs = whole
  }
  return lastText
}

function formatted(whole: number): string {
  if (whole <= 0) return '0s'
  if (whole < 1000) return `${whole}ms`
  const hours = Math.floor(whole / 3_600_000)
  const minutes = Math.floor(whole / 60_000) % 60
  const seconds = (whole % 60_000) / 1000
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`
}
