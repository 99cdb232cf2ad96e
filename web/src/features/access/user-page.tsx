/** One user: quota, keys, and what an admin may do about them. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import type { Versioned } from '@/api/client.ts'
import { useIdentity, useMay } from '@/api/session.ts'
import { type User, userQuery } from '@/api/users.ts'
import { formatCost, formatNumber } from '@/lib/format.ts'
import { Badge } from '@/ui/badge.tsx'
import { Button } from '@/ui/button.tsx'
import { Meter } from '@/ui/chart/meter.tsx'
import { PlusIcon } from '@/ui/icons.ts'
import { Facts, Page, Panel } from '@/ui/page.tsx'
import { Loaded, SkeletonRows } from '@/ui/states.tsx'
import { Time, TimeAgo } from '@/ui/time.tsx'
import { useRoleNames } from '@/ui/words/role-names.ts'
import { KeyList } from './key-list.tsx'
import { NewKeyDialog } from './new-key-dialog.tsx'
import { UserActions } from './user-actions.tsx'

const route = getRouteApi('/signed-in/users/$userId')

export function UserPage() {
  const { t } = useLingui()
  const id = Number(route.useParams().userId)
  const query = useQuery(userQuery(id))
  const user = query.data
  return (
    <Page
      title={user?.value.username ?? t`User`}
      description={
        <Link to="/users" className="underline underline-offset-2">
          <Trans>All users</Trans>
        </Link>
      }
      actions={user && <UserActions user={user} />}
    >
      <Loaded query={query} skeleton={<SkeletonRows />}>
        {(loaded) => <UserDetails user={loaded} />}
      </Loaded>
    </Page>
  )
}

function UserDetails({ user: { value: user } }: { user: Versioned<User> }) {
  const { t } = useLingui()
  const [creating, setCreating] = useState(false)
  const { administer, createKeys } = useMay()
  const { user_id } = useIdentity()
  const mayCreate = administer || (createKeys && user_id === user.id)
  return (
    <>
      <div className="grid gap-4 lg:grid-cols-2">
        <Panel title={t`This month`}>
          <Meter
            label={t`Quota of ${user.username}`}
            used={user.quota.used_tokens}
            limit={user.quota.quota_tokens}
          />
          <div className="mt-4">
            <Facts items={useMonthFacts(user)} />
          </div>
        </Panel>
        <Panel title={t`Account`}>
          <Facts items={useAccountFacts(user)} />
        </Panel>
      </div>
      <KeyList
        filter={{ userId: user.id }}
        title={t`Keys`}
        actions={
          mayCreate && (
            <Button size="small" onClick={() => setCreating(true)}>
              <PlusIcon className="size-3.5" /> <Trans>Create a key</Trans>
            </Button>
          )
        }
      />
      {creating && <NewKeyDialog owner={user} onClose={() => setCreating(false)} />}
    </>
  )
}

function useMonthFacts(user: User): [ReactNode, ReactNode][] {
  const { t } = useLingui()
  return [
    [t`Requests`, formatNumber(user.requests)],
    [t`Cost`, formatCost(user.cost_usd)],
    [t`Quota source`, user.quota.quota_from === 'default' ? t`the default` : t`this user`],
    [t`Resets`, <Time key="resets" at={user.quota.resets_at} style="moment" />],
    [
      t`Details`,
      <Link
        key="usage"
        to="/usage"
        search={{ user: user.id, by: 'model' }}
        className="underline underline-offset-2"
      >
        <Trans>Usage by model</Trans>
      </Link>,
    ],
  ]
}

function useAccountFacts(user: User): [ReactNode, ReactNode][] {
  const { t } = useLingui()
  const roleNames = useRoleNames()
  return [
    [
      t`State`,
      user.status === 'active' ? (
        <Badge key="s" tone="ok">{t`active`}</Badge>
      ) : (
        <Badge key="s" tone="off">{t`disabled`}</Badge>
      ),
    ],
    [t`Role`, roleNames[user.role]],
    [t`E-mail`, user.email ?? '–'],
    [
      t`Sign-in`,
      user.has_password
        ? user.totp_enabled
          ? t`password and second factor`
          : t`password`
        : t`no password`,
    ],
    [t`Added`, <Time key="created" at={user.created_at} style="date" />],
    [t`Last used`, user.last_used_at ? <TimeAgo key="used" at={user.last_used_at} /> : t`never`],
  ]
}
