/** Who may use the gateway: users with their quota, cost and keys. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useMay } from '@/api/session.ts'
import { type User, usersQuery } from '@/api/users.ts'
import { formatCost } from '@/lib/format.ts'
import { Badge } from '@/ui/badge.tsx'
import { Button } from '@/ui/button.tsx'
import { Meter } from '@/ui/chart/meter.tsx'
import { PlusIcon, UsersIcon } from '@/ui/icons.ts'
import { LoadMore } from '@/ui/load-more.tsx'
import { Page, Panel } from '@/ui/page.tsx'
import { SearchBox } from '@/ui/search-box.tsx'
import { Empty, Loaded } from '@/ui/states.tsx'
import { type Column, DataTable } from '@/ui/table.tsx'
import { TimeAgo } from '@/ui/time.tsx'
import { useRoleNames } from '@/ui/words/role-names.ts'
import { NewUserDialog } from './new-user-dialog.tsx'

const route = getRouteApi('/signed-in/users')

export function UsersPage() {
  const { t } = useLingui()
  const { q, create = false } = route.useSearch()
  const navigate = route.useNavigate()
  const { administer } = useMay()
  const query = useInfiniteQuery(usersQuery(q))
  const columns = useUserColumns()
  const add = administer && (
    <Button variant="primary" onClick={() => void navigate({ search: { q, create: true } })}>
      <PlusIcon /> <Trans>Add a user</Trans>
    </Button>
  )
  return (
    <Page
      title={t`Users`}
      description={t`Everyone who may use the gateway, and what they have used this month.`}
      actions={add}
    >
      <Panel
        flush
        actions={
          <SearchBox
            label={t`Find a user`}
            value={q}
            onChange={(next) => void navigate({ search: { q: next }, replace: true })}
            className="w-56"
          />
        }
      >
        <Loaded query={query}>
          {({ pages }) => (
            <DataTable
              label={t`Users`}
              items={pages.flatMap(({ items }) => items)}
              columns={columns}
              rowId={({ id }) => String(id)}
              empty={
                <Empty
                  icon={UsersIcon}
                  title={q ? t`No matching users` : t`No users yet`}
                  action={!q && add}
                >
                  {q
                    ? t`The search covers names and e-mail addresses.`
                    : t`A user has a quota and any number of keys.`}
                </Empty>
              }
              footer={<LoadMore query={query} />}
            />
          )}
        </Loaded>
      </Panel>
      {create && administer && <NewUserDialog onClose={() => void navigate({ search: { q } })} />}
    </Page>
  )
}

function useUserColumns(): Column<User>[] {
  const { t } = useLingui()
  const roleNames = useRoleNames()
  return useMemo<Column<User>[]>(
    () => [
      { id: 'name', header: t`Name`, cell: (user) => <NameCell user={user} /> },
      { id: 'role', header: t`Role`, cell: (user) => roleNames[user.role] },
      {
        id: 'quota',
        header: t`Quota this month`,
        cell: (user) => (
          <Meter
            label={t`Quota of ${user.username}`}
            used={user.quota.used_tokens}
            limit={user.quota.quota_tokens}
          />
        ),
      },
      {
        id: 'cost',
        header: t`Cost`,
        align: 'end',
        cell: (user) => formatCost(user.cost_usd),
      },
      {
        id: 'keys',
        header: t`Keys`,
        align: 'end',
        cell: (user) => user.active_keys,
      },
      {
        id: 'used',
        header: t`Last used`,
        cell: (user) =>
          user.last_used_at ? (
            <TimeAgo at={user.last_used_at} />
          ) : (
            <span className="text-faint">
              <Trans>never</Trans>
            </span>
          ),
      },
    ],
    [t, roleNames],
  )
}

function NameCell({ user }: { user: User }) {
  return (
    <div className="flex min-w-40 flex-wrap items-center gap-x-2">
      <Link
        to="/users/$userId"
        params={{ userId: String(user.id) }}
        className="font-medium underline-offset-2 hover:underline"
      >
        {user.username}
      </Link>
      {user.status === 'disabled' && (
        <Badge tone="off">
          <Trans>disabled</Trans>
        </Badge>
      )}
      {user.email && <span className="w-full text-xs text-faint">{user.email}</span>}
    </div>
  )
}
