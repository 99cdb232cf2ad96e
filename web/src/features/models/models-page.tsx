/** Where does a name lead? Public model names, their targets and prices. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { lazy, Suspense, useMemo, useState } from 'react'
import { type Model, modelsQuery, type Target } from '@/api/models.ts'
import { useMay } from '@/api/session.ts'
import { formatCost } from '@/lib/format.ts'
import { prioritySteps } from '@/lib/priority-steps.ts'
import { Badge } from '@/ui/badge.tsx'
import { Button } from '@/ui/button.tsx'
import { LayersIcon, PlusIcon } from '@/ui/icons.ts'
import { loadFile } from '@/ui/load-file.ts'
import { LoadMore } from '@/ui/load-more.tsx'
import { Page, Panel } from '@/ui/page.tsx'
import { SearchBox } from '@/ui/search-box.tsx'
import { Empty, Loaded } from '@/ui/states.tsx'
import { type Column, DataTable } from '@/ui/table.tsx'
import { ModelDrawer } from './model-drawer.tsx'

const DefinitionDialog = lazy(async () => ({
  default: (await loadFile(() => import('./definition-dialog.tsx'))).DefinitionDialog,
}))

const route = getRouteApi('/signed-in/models')

export function ModelsPage() {
  const { t } = useLingui()
  const { q, create = false } = route.useSearch()
  const navigate = route.useNavigate()
  const { administer } = useMay()
  const [opened, setOpened] = useState<string | null>(null)
  const [defining, setDefining] = useState<Model | null>(null)
  const query = useInfiniteQuery(modelsQuery(q))
  const columns = useModelColumns(setOpened)
  const items = query.data?.pages.flatMap((page) => page.items) ?? []
  const open = items.find(({ name }) => name === opened)
  const add = administer && (
    <Button variant="primary" onClick={() => void navigate({ search: { q, create: true } })}>
      <PlusIcon /> <Trans>Define a model</Trans>
    </Button>
  )
  return (
    <Page
      title={t`Models`}
      description={t`The names that clients may ask for, and what serves them.`}
      actions={add}
    >
      <Panel
        flush
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
              empty={<NoModels searched={q !== undefined} />}
              footer={<LoadMore query={query} />}
            />
          )}
        </Loaded>
      </Panel>
      {open && (
        <ModelDrawer
          model={open}
          onDefine={() => setDefining(open)}
          onClose={() => setOpened(null)}
        />
      )}
      <Suspense>
        {create && administer && (
          <DefinitionDialog onClose={() => void navigate({ search: { q } })} />
        )}
        {defining && (
          <DefinitionDialog
            {...(defining.origin === 'declared'
              ? { edit: defining.name }
              : { name: defining.name })}
            onClose={() => setDefining(null)}
          />
        )}
      </Suspense>
    </Page>
  )
}

function NoModels({ searched }: { searched: boolean }) {
  const { t } = useLingui()
  return (
    <Empty
      icon={LayersIcon}
      title={searched ? t`No matching models` : t`No models yet`}
      action={
        !searched && (
          <Button asChild>
            <Link to="/upstreams">
              <Trans>Go to the upstreams</Trans>
            </Link>
          </Button>
        )
      }
    >
      {!searched && t`Models appear as soon as an upstream lists them or one is defined here.`}
    </Empty>
  )
}

function useModelColumns(onOpen: (name: string) => void): Column<Model>[] {
  const { t } = useLingui()
  return useMemo<Column<Model>[]>(
    () => [
      {
        id: 'name',
        header: t`Name`,
        cell: (model) => (
          <button
            type="button"
            onClick={() => onOpen(model.name)}
            className="min-w-40 text-left font-medium underline-offset-2 hover:underline"
          >
            {model.name}
          </button>
        ),
      },
      {
        id: 'available',
        header: t`State`,
        cell: (model) =>
          model.available ? (
            <Badge tone="ok">{t`available`}</Badge>
          ) : (
            <Badge tone="bad">{t`not available`}</Badge>
          ),
      },
      {
        id: 'origin',
        header: t`Source`,
        className: 'whitespace-nowrap',
        cell: (model) => (model.origin === 'declared' ? t`defined here` : t`the providers' lists`),
      },
      {
        id: 'targets',
        header: t`Targets`,
        cell: (model) => <Targets of={model} />,
      },
      {
        id: 'price',
        header: t`Price per million tokens, input / output`,
        align: 'end',
        cell: (model) =>
          model.price ? (
            <>
              {formatCost(model.price.input_usd)} · {formatCost(model.price.output_usd)}
              {model.price.source === 'own' && (
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

/** Those of one priority share the requests; the next ones follow after a failure. */
function Targets({ of: { targets, origin } }: { of: Model }) {
  if (targets.length === 0) return <span className="text-faint">–</span>
  const steps = prioritySteps(targets, ({ priority }) => priority)
  const text = (most: number) =>
    steps.map((step) => stepText(step, origin === 'declared', most)).join(' → ')
  return (
    <div title={text(Number.POSITIVE_INFINITY)} className="min-w-64">
      {text(SHOWN)}
    </div>
  )
}

/** Each model with the upstreams that have it; the upstreams alone if all have it under the public name. */
function stepText(step: readonly Target[], namesModels: boolean, most: number): string {
  const models = [...new Set(step.map(({ model }) => model))]
  const texts = models.map((model) => {
    const names = step.filter((each) => each.model === model).map(({ upstream }) => upstream ?? '–')
    const more = names.length > most ? ` +${names.length - most}` : ''
    const shown = names.slice(0, most).join(', ') + more
    return namesModels ? `${model}@${shown}` : shown
  })
  return texts.join(' + ')
}
