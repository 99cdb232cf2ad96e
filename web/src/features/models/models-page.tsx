/** Where does a name lead? Public model names, their targets and prices. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ColumnDef } from '@tanstack/react-table'
import { useMemo, useState } from 'react'
import { type Model, modelsQuery } from '@/api/models.ts'
import { formatCost } from '@/lib/format.ts'
import { Badge } from '@/ui/badge.tsx'
import { Button } from '@/ui/button.tsx'
import { LayersIcon } from '@/ui/icons.ts'
import { LoadMore } from '@/ui/load-more.tsx'
import { Page, Panel } from '@/ui/page.tsx'
import { SearchBox } from '@/ui/search-box.tsx'
import { Empty, Loaded } from '@/ui/states.tsx'
import { DataTable } from '@/ui/table.tsx'
import { ModelDrawer } from './model-drawer.tsx'

const route = getRouteApi('/signed-in/models')

export function ModelsPage() {
  const { t } = useLingui()
  const { q } = route.useSearch()
  const navigate = route.useNavigate()
  const [opened, setOpened] = useState<string | null>(null)
  const query = useInfiniteQuery(modelsQuery(q))
  const columns = useModelColumns(setOpened)
  const items = query.data?.pages.flatMap((page) => page.items) ?? []
  const open = items.find(({ name }) => name === opened)
  return (
    <Page
      title={t`Models`}
      description={t`The names that clients may ask for, and what serves them.`}
    >
      <Panel
        flush
        title={t`Models`}
        actions={
          <SearchBox
            label={t`Find a model`}
            value={q}
            onChange={(next) => void navigate({ search: { q: next }, replace: true })}
            className="w-56"
          />
        }
      >
        <Loaded query={query}>
          {() => (
            <DataTable
              label={t`Models`}
              items={items}
              columns={columns}
              rowId={({ name }) => name}
              empty={
                <Empty
                  icon={LayersIcon}
                  title={q ? t`No matching models` : t`No models yet`}
                  action={
                    !q && (
                      <Button asChild>
                        <Link to="/upstreams">
                          <Trans>Go to the upstreams</Trans>
                        </Link>
                      </Button>
                    )
                  }
                >
                  {!q && t`Models appear as soon as an upstream lists them.`}
                </Empty>
              }
              footer={<LoadMore query={query} />}
            />
          )}
        </Loaded>
      </Panel>
      {open && <ModelDrawer model={open} onClose={() => setOpened(null)} />}
    </Page>
  )
}

function useModelColumns(onOpen: (name: string) => void): ColumnDef<Model>[] {
  const { t } = useLingui()
  return useMemo<ColumnDef<Model>[]>(
    () => [
      {
        id: 'name',
        header: t`Name`,
        cell: ({ row: { original } }) => (
          <button
            type="button"
            onClick={() => onOpen(original.name)}
            className="min-w-40 text-left font-medium underline-offset-2 hover:underline"
          >
            {original.name}
          </button>
        ),
      },
      {
        id: 'available',
        header: t`State`,
        cell: ({ row: { original } }) =>
          original.available ? (
            <Badge tone="ok">{t`available`}</Badge>
          ) : (
            <Badge tone="bad">{t`not available`}</Badge>
          ),
      },
      {
        id: 'origin',
        header: t`Source`,
        cell: ({ row: { original } }) =>
          original.origin === 'declared' ? t`declared here` : t`the providers' lists`,
      },
      {
        id: 'targets',
        header: t`Targets`,
        cell: ({ row: { original } }) => <Targets of={original} />,
      },
      {
        id: 'price',
        header: t`Price per million tokens, input / output`,
        meta: { align: 'end' },
        cell: ({ row: { original } }) =>
          original.price ? (
            <>
              {formatCost(original.price.input_usd)} · {formatCost(original.price.output_usd)}
              {original.price.source === 'own' && (
                <div className="text-xs text-faint">{t`custom price`}</div>
              )}
            </>
          ) : (
            <span className="text-faint">{t`unknown`}</span>
          ),
      },
    ],
    [t, onOpen],
  )
}

const SHOWN = 3

function Targets({ of: { targets } }: { of: Model }) {
  const names = targets.map(({ upstream }) => upstream).filter((name) => name !== null)
  if (names.length === 0) return <span className="text-faint">–</span>
  const more = names.length - SHOWN
  return (
    <span title={names.join(', ')} className="whitespace-nowrap">
      {names.slice(0, SHOWN).join(' → ')}
      {more > 0 && ` +${more}`}
    </span>
  )
}
