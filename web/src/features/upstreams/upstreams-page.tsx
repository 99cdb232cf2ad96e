/** Are the keys at the providers healthy? */
import { Trans, useLingui } from '@lingui/react/macro'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '@/api/session.ts'
import { upstreamsQuery } from '@/api/upstreams.ts'
import { Button } from '@/ui/button.tsx'
import { PlusIcon, ServerIcon, UploadIcon } from '@/ui/icons.ts'
import { LoadMore } from '@/ui/load-more.tsx'
import { Page, Panel } from '@/ui/page.tsx'
import { SearchBox } from '@/ui/search-box.tsx'
import { Empty, Loaded } from '@/ui/states.tsx'
import { DataTable } from '@/ui/table.tsx'
import { ImportDialog } from './import-dialog.tsx'
import { useUpstreamColumns } from './upstream-columns.tsx'
import { UpstreamDialog } from './upstream-dialog.tsx'

const route = getRouteApi('/signed-in/upstreams')

export function UpstreamsPage() {
  const { t } = useLingui()
  const { q, create = false } = route.useSearch()
  const navigate = route.useNavigate()
  const { administer } = useMay()
  const [importing, setImporting] = useState(false)
  const query = useInfiniteQuery(upstreamsQuery(q))
  const columns = useUpstreamColumns()
  const add = (
    <Button variant="primary" onClick={() => void navigate({ search: { q, create: true } })}>
      <PlusIcon /> <Trans>Add an upstream</Trans>
    </Button>
  )
  return (
    <Page
      title={t`Upstreams`}
      description={t`The provider keys that the gateway sends requests with. Healthy ones share the work.`}
      actions={
        administer && (
          <>
            <Button onClick={() => setImporting(true)}>
              <UploadIcon /> <Trans>Paste many keys</Trans>
            </Button>
            {add}
          </>
        )
      }
    >
      <Panel
        flush
        actions={
          <SearchBox
            label={t`Find an upstream`}
            value={q}
            onChange={(next) => void navigate({ search: { q: next }, replace: true })}
            className="w-56"
          />
        }
      >
        <Loaded query={query}>
          {({ pages }) => (
            <DataTable
              label={t`Upstreams`}
              items={pages.flatMap(({ items }) => items)}
              columns={columns}
              rowId={({ id }) => String(id)}
              empty={
                <Empty
                  icon={ServerIcon}
                  title={q ? t`No matching upstreams` : t`No upstreams yet`}
                  action={!q && administer && add}
                >
                  {!q && t`Add a provider's key so that the gateway can answer requests.`}
                </Empty>
              }
              footer={<LoadMore query={query} />}
            />
          )}
        </Loaded>
      </Panel>
      {create && administer && <UpstreamDialog onClose={() => void navigate({ search: { q } })} />}
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
    </Page>
  )
}
