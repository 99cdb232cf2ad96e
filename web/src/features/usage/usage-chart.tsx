/** The chosen figure over time, stacked by group; the rest is "other". */
import { useLingui } from '@lingui/react/macro'
import { useMemo } from 'react'
import type { UsageSeries } from '@/api/usage.ts'
import type { Metric } from '@/lib/search-params.ts'
import { Chart } from '@/ui/chart/chart.tsx'
import type { Series } from '@/ui/chart/chart-props.ts'
import type { Change } from '@/ui/chart/mark-groups.ts'
import { formatMetric, useMetricNames } from './metrics.ts'

interface UsageChartProps {
  data: UsageSeries
  metric: Metric
  onBrush: (from: string, until: string) => void
  changes: readonly Change[] | undefined
}

const COLOURS = 6

export function UsageChart({ data, metric, onBrush, changes }: UsageChartProps) {
  const { buckets, series } = data
  const { t } = useLingui()
  const names = useMetricNames()
  const times = useMemo(() => buckets.map(({ start }) => start), [buckets])
  const lines = useMemo<Series[]>(
    () =>
      series.map(({ group, other, sums }, index) => ({
        name: other ? t`Other` : group.map(({ name }) => name).join(' · ') || t`Total`,
        colour: other ? '--series-other' : `--series-${(index % COLOURS) + 1}`,
        // Nothing happened is 0; nothing is known is a gap.
        values: sums.map((sum, at) => (buckets[at]?.known === false ? null : (sum[metric] ?? 0))),
      })),
    [series, buckets, metric, t],
  )
  return (
    <Chart
      label={t`${names[metric]} over time`}
      times={times}
      series={lines}
      format={(value) => formatMetric(metric, value)}
      height={280}
      changes={changes}
      unfinished={buckets.at(-1)?.unfinished ?? false}
      onBrush={(fromMs, untilMs) =>
        onBrush(new Date(fromMs).toISOString(), new Date(untilMs).toISOString())
      }
    />
  )
}
