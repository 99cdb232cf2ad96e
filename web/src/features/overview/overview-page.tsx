/** Is all well, and what does it cost? */
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useLiveEvents } from '@/api/live/events.ts'
import { type Overview, overviewQuery } from '@/api/overview.ts'
import { formatNumber } from '@/lib/format.ts'
import { OVERVIEW_RANGES } from '@/lib/search-params.ts'
import { Page, Panel } from '@/ui/page.tsx'
import { Segmented } from '@/ui/segmented.tsx'
import { Loaded, Skeleton } from '@/ui/states.tsx'
import { TimeAgo } from '@/ui/time.tsx'
import { Attention } from './attention.tsx'
import { Busiest } from './busiest.tsx'
import { Charts } from './charts.tsx'
import { Figures } from './figures.tsx'
import { NextStep } from './next-step.tsx'

const route = getRouteApi('/signed-in/')

export function OverviewPage() {
  const { t } = useLingui()
  const { range = '24h' } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(overviewQuery(range))
  const names = { '1h': t`Hour`, '24h': t`Day`, '7d': t`Week`, '30d': t`30 days` }
  return (
    <Page
      title={t`Overview`}
      description={query.data && <Freshness overview={query.data} />}
      actions={
        <>
          <InFlight />
          <Segmented
            label={t`Period`}
            value={range}
            options={OVERVIEW_RANGES.map((each) => [each, names[each]] as const)}
            onChange={(next) => void navigate({ search: { range: next }, replace: true })}
          />
        </>
      }
    >
      <Loaded query={query} skeleton={<OverviewSkeleton />}>
        {(overview) =>
          overview.next_step ? (
            <NextStep step={overview.next_step} />
          ) : (
            <>
              <Figures figures={overview.figures} />
              <Attention findings={overview.attention} />
              <Charts bounds={overview} range={range} />
              <Busiest busiest={overview.busiest} />
            </>
          )
        }
      </Loaded>
    </Page>
  )
}

function Freshness({ overview }: { overview: Overview }) {
  return (
    <Trans>
      As of <TimeAgo at={overview.generated_at} />, in the time zone {overview.time_zone}
    </Trans>
  )
}

/** What is going on right now, from the live stream. */
function InFlight() {
  const [now, setNow] = useState<{ in_flight: number; requests_per_minute: number } | null>(null)
  useLiveEvents({ gauge: setNow, lost: () => setNow(null) })
  if (now === null) return null
  return (
    <p className="flex items-center gap-2 text-soft">
      <span aria-hidden="true" className="size-2 rounded-full bg-ok forced-color-adjust-none" />
      <Trans>
        {formatNumber(now.requests_per_minute)} per minute, {formatNumber(now.in_flight)} running
      </Trans>
    </p>
  )
}

function OverviewSkeleton() {
  const { t } = useLingui()
  return (
    <div role="status" aria-label={t`Loading`} className="flex flex-col gap-4">
      <div className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-line md:grid-cols-3 xl:grid-cols-6">
        {['a', 'b', 'c', 'd', 'e', 'f'].map((each) => (
          <div key={each} className="flex h-24 flex-col justify-center gap-2.5 bg-surface px-4">
            <Skeleton className="h-3 w-16" />
            <Skeleton className="h-6 w-24" />
            <Skeleton className="h-3 w-20" />
          </div>
        ))}
      </div>
      <div className="grid gap-4 xl:grid-cols-2">
        <Panel title={<Skeleton className="h-4 w-32" />}>
          <Skeleton className="h-52 w-full" />
        </Panel>
        <Panel title={<Skeleton className="h-4 w-32" />}>
          <Skeleton className="h-52 w-full" />
        </Panel>
      </div>
    </div>
  )
}
