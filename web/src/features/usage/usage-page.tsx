/** Who spent what? One metric, by one or two groups, over time and as a table. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'
import { changesQuery } from '@/api/audit.ts'
import { surroundingsQuery, useMay } from '@/api/session.ts'
import {
  type Step,
  type UsageFilter,
  usageCsvUrl,
  usageQuery,
  usageSeriesQuery,
} from '@/api/usage.ts'
import { boundsOf } from '@/lib/range.ts'
import type { UsageSearch } from '@/lib/search-params.ts'
import { Button } from '@/ui/button.tsx'
import { DownloadIcon } from '@/ui/icons.ts'
import { Page, Panel } from '@/ui/page.tsx'
import { Loaded, Skeleton } from '@/ui/states.tsx'
import { formatMetric } from './metrics.ts'
import { UsageChart } from './usage-chart.tsx'
import { UsageControls } from './usage-controls.tsx'
import { UsageTable } from './usage-table.tsx'

const route = getRouteApi('/signed-in/usage')

export function UsagePage() {
  const { t } = useLingui()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { seeAll } = useMay()
  const zone = useQuery(surroundingsQuery).data?.time_zone
  const { metric = 'cost_usd', by = seeAll ? 'user' : 'model', second, step = 'day' } = search
  const filter = useUsageFilter({ ...search, by, second }, zone)
  const set = (part: UsageSearch) =>
    void navigate({ search: (now) => ({ ...now, ...part }), replace: true })
  const report = useQuery(usageQuery(filter))
  return (
    <Page
      title={t`Usage`}
      description={zone && <Trans>Days and months in {zone}.</Trans>}
      actions={
        <Button asChild>
          <a href={usageCsvUrl(filter, step)} download>
            <DownloadIcon /> <Trans>Export as CSV</Trans>
          </a>
        </Button>
      }
    >
      <UsageControls search={{ ...search, metric, by, step }} onChange={set} />
      {report.data && (
        <dl className="flex flex-wrap gap-x-8 gap-y-2">
          <Total name={t`Total`} value={formatMetric(metric, report.data.total[metric])} />
          {metric === 'cost_usd' && report.data.forecast_usd !== null && (
            <Total
              name={t`Forecast for the month`}
              value={formatMetric(metric, report.data.forecast_usd)}
            />
          )}
          {report.data.total.unpriced_requests > 0 && metric === 'cost_usd' && (
            <Total
              name={t`Requests without a known price`}
              value={formatMetric('requests', report.data.total.unpriced_requests)}
            />
          )}
        </dl>
      )}
      <div className="grid items-start gap-4 2xl:grid-cols-2">
        {report.data?.total.requests !== 0 && (
          <Panel>
            <Series
              filter={filter}
              step={step}
              metric={metric}
              onBrush={(from, until) => set({ from, until })}
            />
          </Panel>
        )}
        <Panel flush>
          <Loaded query={report}>
            {(data) => (
              <UsageTable report={data} metric={metric} groups={second ? [by, second] : [by]} />
            )}
          </Loaded>
        </Panel>
      </div>
    </Page>
  )
}

/** The same object for the same question, so that charts are not drawn again for nothing. */
function useUsageFilter(search: UsageSearch, zone: string | undefined): UsageFilter {
  const { range = 'month', from, until, by = 'user', second, user, model } = search
  const key = JSON.stringify([range, from, until, by, second, user, model, zone])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key represents all of them
  return useMemo(
    () => ({
      ...boundsOf({ range, from, until }, zone),
      by: second && second !== by ? `${by},${second}` : by,
      user_id: user,
      model,
    }),
    [key],
  )
}

interface SeriesProps {
  filter: UsageFilter
  step: Step
  metric: NonNullable<UsageSearch['metric']>
  onBrush: (from: string, until: string) => void
}

function Series({ filter, step, metric, onBrush }: SeriesProps) {
  const query = useQuery(usageSeriesQuery(filter, step))
  const changes = useQuery(changesQuery(filter, useMay().seeAll)).data
  return (
    <Loaded query={query} skeleton={<Skeleton className="h-72 w-full" />}>
      {(data) => <UsageChart data={data} metric={metric} onBrush={onBrush} changes={changes} />}
    </Loaded>
  )
}

function Total({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt className="text-xs text-faint">{name}</dt>
      <dd className="text-lg font-semibold tracking-tight">{value}</dd>
    </div>
  )
}
