/** Who changed what? Each change with what was before and after. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'
import { type AuditEntry, auditCsvUrl, auditQuery } from '@/api/audit.ts'
import type { AuditSearch } from '@/lib/search-params.ts'
import { Button } from '@/ui/button.tsx'
import { ChangedFields } from '@/ui/changed-fields.tsx'
import { OwnBounds } from '@/ui/chart/range-picker.tsx'
import { DownloadIcon, ScrollIcon } from '@/ui/icons.ts'
import { LoadMore } from '@/ui/load-more.tsx'
import { Page, Panel } from '@/ui/page.tsx'
import { SearchBox } from '@/ui/search-box.tsx'
import { Empty, Loaded } from '@/ui/states.tsx'
import { type Column, DataTable } from '@/ui/table.tsx'
import { Time } from '@/ui/time.tsx'

const route = getRouteApi('/signed-in/audit')

export function AuditPage() {
  const { t } = useLingui()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const set = (part: AuditSearch) =>
    void navigate({ search: (now) => ({ ...now, ...part }), replace: true })
  const query = useInfiniteQuery(auditQuery(search))
  const columns = useAuditColumns()
  return (
    <Page
      title={t`Audit`}
      description={t`Every change: who made it and from where. Secrets are never included.`}
      actions={
        <Button asChild>
          <a href={auditCsvUrl(search)} download>
            <DownloadIcon /> <Trans>Export as CSV</Trans>
          </a>
        </Button>
      }
    >
      <div className="flex flex-wrap gap-2">
        <SearchBox
          label={t`Changed by`}
          value={search.actor}
          onChange={(actor) => set({ actor })}
          className="w-44"
        />
        <SearchBox
          label={t`Action`}
          placeholder={t`Action, such as key.create or key.`}
          value={search.action}
          onChange={(action) => set({ action })}
          className="w-72"
        />
        <SearchBox
          label={t`Object`}
          placeholder={t`Object, such as key:5`}
          value={search.subject}
          onChange={(subject) => set({ subject })}
          className="w-52"
        />
        {search.from && (
          <OwnBounds
            from={search.from}
            until={search.until}
            onClear={() => set({ from: undefined, until: undefined })}
          />
        )}
      </div>
      <Panel flush>
        <Loaded query={query}>
          {({ pages }) => (
            <DataTable
              label={t`Changes`}
              tall
              items={pages.flatMap(({ items }) => items)}
              columns={columns}
              rowId={({ id }) => String(id)}
              empty={
                <Empty icon={ScrollIcon} title={t`No matching changes`}>
                  <Trans>
                    Changes made here, on the command line or through the API are listed.
                  </Trans>
                </Empty>
              }
              footer={<LoadMore query={query} />}
            />
          )}
        </Loaded>
      </Panel>
    </Page>
  )
}

function useAuditColumns(): Column<AuditEntry>[] {
  const { t } = useLingui()
  return useMemo<Column<AuditEntry>[]>(
    () => [
      { id: 'at', header: t`Time`, cell: (entry) => <Time at={entry.at} /> },
      {
        id: 'actor',
        header: t`Changed by`,
        cell: (entry) => (
          <div className="min-w-28">
            <span className="font-medium">{entry.actor}</span>
            {entry.address && <div className="text-xs text-faint">{entry.address}</div>}
          </div>
        ),
      },
      {
        id: 'action',
        header: t`Action`,
        cell: (entry) => (
          <code className="font-mono text-xs whitespace-nowrap">{entry.action}</code>
        ),
      },
      {
        id: 'subject',
        header: t`Object`,
        cell: (entry) => (
          <div className="min-w-44 wrap-anywhere">
            {entry.subject_name ?? entry.subject}
            {entry.subject_name && <div className="text-xs text-faint">{entry.subject}</div>}
          </div>
        ),
      },
      {
        id: 'change',
        header: t`Before and after`,
        className: 'w-1/2',
        cell: (entry) => <ChangedFields before={entry.before} after={entry.after} />,
      },
    ],
    [t],
  )
}
