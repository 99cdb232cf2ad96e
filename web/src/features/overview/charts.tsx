/** Requests by outcome and cost by model, over the period. */
import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { changesQuery } from '@/api/audit.ts'
import type { Schemas } from '@/api/client.ts'
import { type Bounds, costByModelQuery, outcomesQuery } from '@/api/overview.ts'
import { useMay } from '@/api/session.ts'
import { formatCompact, formatCost } from '@/lib/format.ts'
import { Chart } from '@/ui/chart/chart.tsx'
import type { Series } from '@/ui/chart/chart-props.ts'
import type { Change } from '@/ui/chart/mark-groups.ts'
import { Panel } from '@/ui/page.tsx'
import { Loaded, Skeleton } from '@/ui/states.tsx'

export function Charts({ bounds: { from, until }, range }: { bounds: Bounds; range: string }) {
  const { t } = useLingui()
  const step = range === '7d' || range === '30d' ? 'day' : 'hour'
  const changes = useQuery(changesQuery({ from, until }, useMay().seeAll)).data
  const skeleton = <Skeleton className="h-[13rem] w-full" />
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      <Panel title={t`Requests by outcome`}>
        <Loaded query={useQuery(outcomesQuery({ from, until }))} skeleton={skeleton}>
          {({ bars }) => <Outcomes bars={bars} changes={changes} />}
        </Loaded>
      </Panel>
      <Panel title={step === 'hour' ? t`Cost by model, by hour` : t`Cost by model, by day`}>
        <Loaded query={useQuery(costByModelQuery({ from, until }, step))} skeleton={skeleton}>
          {(report) => <CostByModel {...report} changes={changes} />}
        </Loaded>
      </Panel>
    </div>
  )
}

interface Marked {
  changes: readonly Change[] | undefined
}

interface OutcomesProps extends Marked {
  bars: readonly { start: string; requests: number; errors: number }[]
}

function Outcomes({ bars, changes }: OutcomesProps) {
  const { t } = useLingui()
  const navigate = useNavigate()
  const times = useMemo(() => bars.map(({ start }) => start), [bars])
  const series = useMemo<Series[]>(
    () => [
      {
        name: t`Answered`,
        colour: '--series-1',
        values: bars.map((bar) => bar.requests - bar.errors),
      },
      { name: t`Errors`, colour: '--series-5', values: bars.map((bar) => bar.errors) },
    ],
    [bars, t],
  )
  const brush = (fromMs: number, untilMs: number) => {
    const search = { from: new Date(fromMs).toISOString(), until: new Date(untilMs).toISOString() }
    void navigate({ to: '/requests', search })
  }
  return (
    <Chart
      label={t`Requests by outcome`}
      times={times}
      series={series}
      format={formatCompact}
      unfinished
      changes={changes}
      onBrush={brush}
    />
  )
}

function CostByModel({ buckets, series, changes }: Schemas['UsageSeries'] & Marked) {
  const { t } = useLingui()
  const times = useMemo(() => buckets.map(({ start }) => start), [buckets])
  const lines = useMemo<Series[]>(
    () =>
      series.map(({ group, other, sums }, index) => ({
        name: other ? t`Other` : (group[0]?.name ?? '–'),
        colour: other ? '--series-other' : `--series-${(index % 6) + 1}`,
        values: sums.map(({ cost_usd }, at) =>
          buckets[at]?.known === false ? null : (cost_usd ?? 0),
        ),
      })),
    [series, buckets, t],
  )
  return (
    <Chart
      label={t`Cost by model`}
      times={times}
      series={lines}
      format={formatCost}
      changes={changes}
      unfinished={buckets.at(-1)?.unfinished ?? false}
    />
  )
}
