/** The figures that usage can be looked at by. */
import { useLingui } from '@lingui/react/macro'
import { formatCompact, formatCost } from '@/lib/format.ts'
import type { Group, Metric } from '@/lib/search-params.ts'
import { useUnitNames } from '@/ui/words/unit-names.ts'

export function formatMetric(metric: Metric, value: number | null): string {
  if (metric === 'cost_usd') return formatCost(value)
  return value === null ? '–' : formatCompact(value)
}

export function useMetricNames(): Record<Metric, string> {
  const { t } = useLingui()
  return {
    cost_usd: t`Cost`,
    total_tokens: t`Tokens`,
    prompt_tokens: t`Input tokens`,
    completion_tokens: t`Output tokens`,
    ...useUnitNames(),
    requests: t`Requests`,
    errors: t`Errors`,
  }
}

export function useGroupNames(): Record<Group, string> {
  const { t } = useLingui()
  return { user: t`User`, key: t`Key`, model: t`Model`, upstream: t`Upstream` }
}
