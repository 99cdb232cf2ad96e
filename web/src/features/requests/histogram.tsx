/** Requests over time; dragging over it narrows the range. */
import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { histogramQuery, type RequestFilter } from '@/api/requests.ts'
import { serverNow } from '@/lib/clock.ts'
import { formatCompact } from '@/lib/format.ts'
import { Chart } from '@/ui/chart/chart.tsx'
import type { Series } from '@/ui/chart/chart-props.ts'
import { Panel } from '@/ui/page.tsx'
import { Loaded, Skeleton } from '@/ui/states.tsx'

interface Bar {
  start: string
  requests: number
  errors: number
}

interface HistogramProps {
  filter: RequestFilter
  onBrush: (from: string, until: string) => void
}

const HEIGHT = 110

export function Histogram({ filter, onBrush }: HistogramProps) {
  const query = useQuery(histogramQuery(filter))
  return (
    <Panel>
      <Loaded query={query} skeleton={<Skeleton className="h-[138px] w-full" />}>
        {({ bars }) => <Bars bars={bars} onBrush={onBrush} />}
      </Loaded>
    </Panel>
  )
}

/** Whether the last bar's time is not over. */
function isRunning(times: readonly string[]): boolean {
  const [before, last] = times.slice(-2).map((at) => Date.parse(at))
  return last !== undefined && 2 * last - (before ?? last) > serverNow()
}

function Bars({ bars, onBrush }: { bars: readonly Bar[]; onBrush: HistogramProps['onBrush'] }) {
  const { t } = useLingui()
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
  return (
    <Chart
      label={t`Requests over time`}
      times={times}
      series={series}
      format={formatCompact}
      height={HEIGHT}
      unfinished={isRunning(times)}
      onBrush={(fromMs, untilMs) =>
        onBrush(new Date(fromMs).toISOString(), new Date(untilMs).toISOString())
      }
    />
  )
}
