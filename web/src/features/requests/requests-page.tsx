/** What happened to this one? Requests as a list, over time, and live. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { requestsQuery, searchedQuery } from '@/api/requests.ts'
import { surroundingsQuery } from '@/api/session.ts'
import { formatNumber } from '@/lib/format.ts'
import type { RequestsSearch } from '@/lib/search-params.ts'
import { Button } from '@/ui/button.tsx'
import { ActivityIcon, PauseIcon, PlayIcon, SquareIcon } from '@/ui/icons.ts'
import { LoadMore } from '@/ui/load-more.tsx'
import { Page, Panel } from '@/ui/page.tsx'
import { Empty, Loaded } from '@/ui/states.tsx'
import { Time } from '@/ui/time.tsx'
import { fits, requestFilter } from './filter.ts'
import { FilterBar } from './filter-bar.tsx'
import { Histogram } from './histogram.tsx'
import { RequestDrawer } from './request-drawer.tsx'
import { RequestTable } from './request-table.tsx'
import { useTail } from './use-tail.ts'

const route = getRouteApi('/signed-in/requests')

export function RequestsPage() {
  const { t } = useLingui()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const zone = useQuery(surroundingsQuery).data?.time_zone
  const set = (part: RequestsSearch, replace = true) =>
    void navigate({ search: (now) => ({ ...now, ...part }), replace })
  // The bounds of "the last day" are those of the moment the filter was chosen, or refreshed.
  const [asked, setAsked] = useState(0)
  const { id, live = false, ...rest } = search
  const key = JSON.stringify(rest)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key represents the search
  const filter = useMemo(() => requestFilter(rest, zone), [key, zone, asked])
  const open = (requestId: string | undefined) => set({ id: requestId }, false)
  return (
    <Page
      title={t`Requests`}
      actions={
        live ? (
          <Button onClick={() => set({ live: undefined })}>
            <SquareIcon className="size-3.5" /> <Trans>End live view</Trans>
          </Button>
        ) : (
          <>
            <Button onClick={() => setAsked(asked + 1)}>
              <Trans>Refresh</Trans>
            </Button>
            <Button variant="primary" onClick={() => set({ live: true })}>
              <ActivityIcon /> <Trans>Live</Trans>
            </Button>
          </>
        )
      }
    >
      <FilterBar search={search} onChange={set} onOpen={open} />
      {live ? (
        <LiveRequests search={search} onOpen={open} />
      ) : (
        <>
          <Histogram filter={filter} onBrush={(from, until) => set({ from, until }, false)} />
          <PastRequests filter={filter} onOpen={open} />
        </>
      )}
      {id !== undefined && <RequestDrawer id={id} onClose={() => set({ id: undefined })} />}
    </Page>
  )
}

interface ListProps {
  onOpen: (id: string) => void
}

function PastRequests({
  filter,
  onOpen,
}: ListProps & { filter: ReturnType<typeof requestFilter> }) {
  const { t } = useLingui()
  const query = useInfiniteQuery(requestsQuery(filter))
  const searched = useQuery(searchedQuery(filter)).data
  return (
    <Panel flush>
      {query.isFetching && searched && (
        <p role="status" className="border-b px-4 py-2 text-soft">
          <Trans>
            Searched back to <Time at={searched} /> without a match. Searching further …
          </Trans>
        </p>
      )}
      <Loaded query={query}>
        {({ pages }) => {
          const rows = pages.flatMap(({ items }) => items)
          if (rows.length === 0)
            return (
              <Empty icon={ActivityIcon} title={t`No matching requests`}>
                <Trans>
                  No requests in this period match the filter. A request ID is found on any date.
                </Trans>
              </Empty>
            )
          return (
            <RequestTable
              rows={rows}
              total={query.hasNextPage ? -1 : rows.length}
              onOpen={onOpen}
              footer={<LoadMore query={query} />}
            />
          )
        }}
      </Loaded>
    </Panel>
  )
}

function LiveRequests({ search, onOpen }: ListProps & { search: RequestsSearch }) {
  const { t } = useLingui()
  const [stopped, setStopped] = useState(false)
  const [scrolled, setScrolled] = useState(false)
  const paused = stopped || scrolled
  const tail = useTail({ active: true, paused, keep: (row) => fits(row, search) })
  // The filter may have been narrowed since they arrived.
  const rows = tail.rows.filter((row) => fits(row, search))
  const state = paused ? t`Paused` : tail.connected ? t`Live` : t`Connecting …`
  return (
    <Panel
      flush
      title={
        <span className="flex items-center gap-2">
          <span
            aria-hidden="true"
            className={`size-2 rounded-full forced-color-adjust-none ${paused ? 'bg-warn' : 'bg-ok'}`}
          />
          <span role="status">{state}</span>
          {paused && tail.waiting > 0 && (
            <span className="font-normal text-soft">
              <Trans>{formatNumber(tail.waiting)} more waiting</Trans>
            </span>
          )}
          {tail.skipped > 0 && (
            <span className="font-normal text-faint">
              <Trans>{formatNumber(tail.skipped)} not shown: too many</Trans>
            </span>
          )}
        </span>
      }
      actions={
        <Button
          size="small"
          onClick={() => {
            setStopped(!paused)
            setScrolled(false)
          }}
        >
          {paused ? <PlayIcon className="size-3.5" /> : <PauseIcon className="size-3.5" />}
          {paused ? <Trans>Resume</Trans> : <Trans>Pause</Trans>}
        </Button>
      }
    >
      {rows.length === 0 ? (
        <Empty icon={ActivityIcon} title={t`Waiting for requests`}>
          <Trans>Each request appears here when it ends.</Trans>
        </Empty>
      ) : (
        <RequestTable
          rows={rows}
          total={-1}
          onOpen={onOpen}
          onScrolled={setScrolled}
          atTop={!paused}
        />
      )}
    </Panel>
  )
}
