/** Reads what is asked of usage: range, zone, filter; and puts names to the groups of what comes back. */
import { rounded } from '../../../../admin/contract.ts'
import { bySummedColumn, bySummedField } from '../../../../core/units/summed-fields.ts'
import type {
  BucketSum,
  ReportGroup,
  TimeRange,
  UsageFilter,
} from '../../../../usage/console-reports.ts'
import { REPORT_GROUPS } from '../../../../usage/console-reports.ts'
import { invalidField } from '../frame/api-error.ts'
import { ownerScope } from '../frame/operation.ts'
import type { AdminApiParts, Principal } from '../frame/parts.ts'

interface GivenFilter {
  user_id?: number | undefined
  key_id?: number | undefined
  model?: string | undefined
  upstream?: string | undefined
}

/** Users are limited to what is theirs, whatever they ask for. */
export function filterOf(given: GivenFilter, principal: Principal): UsageFilter {
  return {
    userId: ownerScope(principal) ?? given.user_id ?? null,
    apiKeyId: given.key_id ?? null,
    model: given.model ?? null,
    upstream: given.upstream ?? null,
  }
}

const MAX_RANGE_MS = 400 * 86_400_000

export function rangeOf({ from, until }: { from: string; until: string }): TimeRange {
  const range = { fromMs: Date.parse(from), untilMs: Date.parse(until) }
  if (range.untilMs <= range.fromMs) throw invalidField('until', 'it must come after from')
  if (range.untilMs - range.fromMs > MAX_RANGE_MS)
    throw invalidField('from', 'the range is longer than 400 days')
  return range
}

export function groupsOf(by: string | undefined): ReportGroup[] {
  const names = by?.split(',') ?? []
  return REPORT_GROUPS.filter((name) => names.includes(name)).sort(
    (one, other) => names.indexOf(one) - names.indexOf(other),
  )
}

export interface GroupLabel {
  id: string
  name: string
}

/** Names of users and keys as they are now, or as they were called when they were deleted. */
export async function labelsOf(
  { reports }: AdminApiParts,
  by: readonly ReportGroup[],
  groups: readonly (readonly string[])[],
): Promise<(group: readonly string[]) => GroupLabel[]> {
  const namesAt = await Promise.all(
    by.map(async (kind, at) => {
      if (kind !== 'user' && kind !== 'key') return null
      const ids = [...new Set(groups.map((group) => Number(group[at])))]
      return reports.names(kind, ids)
    }),
  )
  return (group) =>
    by.map((kind, at) => {
      const id = group[at] ?? ''
      const names = namesAt[at]
      const name = names ? (names.get(Number(id)) ?? `${kind} #${id}`) : id === '' ? '(none)' : id
      return { id, name }
    })
}

export type UsageFigures = Omit<BucketSum, 'bucket' | 'group'>

export function emptyFigures(): UsageFigures {
  return {
    requests: 0,
    errors: 0,
    ...bySummedField(() => 0),
    estimatedRequests: 0,
    unpricedRequests: 0,
    costUsd: 0,
  }
}

export function added(sums: Iterable<UsageFigures>): UsageFigures {
  const total = emptyFigures()
  for (const sum of sums)
    for (const name of Object.keys(total) as (keyof UsageFigures)[]) total[name] += sum[name]
  return total
}

export function sumView(sum: UsageFigures) {
  return {
    requests: sum.requests,
    errors: sum.errors,
    ...bySummedColumn((field) => rounded(sum[field])),
    estimated_requests: sum.estimatedRequests,
    unpriced_requests: sum.unpricedRequests,
    cost_usd: costOf(sum),
  }
}

/** Null where no price is known. */
export function costOf({ requests, unpricedRequests, costUsd }: UsageFigures): number | null {
  if (requests > 0 && unpricedRequests === requests) return null
  return rounded(costUsd)
}

/** The groups in the order of what they used, the largest first. */
export function ranked(
  sums: readonly BucketSum[],
): { group: readonly string[]; sum: UsageFigures }[] {
  const byGroup = new Map<string, { group: readonly string[]; sums: BucketSum[] }>()
  for (const sum of sums) {
    const name = JSON.stringify(sum.group)
    const known = byGroup.get(name) ?? { group: sum.group, sums: [] }
    known.sums.push(sum)
    byGroup.set(name, known)
  }
  return [...byGroup.values()]
    .map(({ group, sums: parts }) => ({ group, sum: added(parts) }))
    .sort(
      (one, other) =>
        other.sum.costUsd - one.sum.costUsd ||
        other.sum.totalTokens - one.sum.totalTokens ||
        other.sum.requests - one.sum.requests,
    )
}
