/** A list of keys with what each may do and when it was last used. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { type Key, type KeyFilter, keysQuery } from '@/api/keys.ts'
import { useMay } from '@/api/session.ts'
import { formatCompact } from '@/lib/format.ts'
import { Badge, type Tone } from '@/ui/badge.tsx'
import { KeyIcon } from '@/ui/icons.ts'
import { LoadMore } from '@/ui/load-more.tsx'
import { Panel } from '@/ui/page.tsx'
import { Empty, Loaded } from '@/ui/states.tsx'
import { type Column, DataTable } from '@/ui/table.tsx'
import { TimeAgo } from '@/ui/time.tsx'
import { KeyActions } from './key-actions.tsx'
import { MinuteGauges } from './minute-gauges.tsx'

const GAUGE_MS = 5000

interface KeyListProps {
  filter: KeyFilter
  title?: ReactNode
  actions?: ReactNode
  emptyAction?: ReactNode
}

export function KeyList({ filter, title, actions, emptyAction }: KeyListProps) {
  const { t } = useLingui()
  const query = useInfiniteQuery({
    ...keysQuery(filter),
    // For the gauges; every page is loaded again, so that a longer list waits longer.
    refetchInterval: ({ state }) => GAUGE_MS * (state.data?.pages.length ?? 1),
  })
  const columns = useKeyColumns(filter.userId === undefined)
  const filtered = Boolean(filter.q || filter.state || filter.unused || filter.expires)
  return (
    <Panel flush title={title} actions={actions}>
      <Loaded query={query}>
        {({ pages }) => (
          <DataTable
            label={t`Keys`}
            items={pages.flatMap(({ items }) => items)}
            columns={columns}
            rowId={({ id }) => String(id)}
            empty={
              <Empty
                icon={KeyIcon}
                title={filtered ? t`No matching keys` : t`No keys yet`}
                action={!filtered && emptyAction}
              >
                {filtered
                  ? t`Change the search or the filter.`
                  : t`A key lets a person or a program use the gateway, within the limits you give it.`}
              </Empty>
            }
            footer={<LoadMore query={query} />}
          />
        )}
      </Loaded>
    </Panel>
  )
}

const TONES: Record<Key['state'], Tone> = {
  active: 'ok',
  retiring: 'wait',
  expired: 'off',
  revoked: 'off',
}

function useKeyColumns(withUser: boolean): Column<Key>[] {
  const { t } = useLingui()
  const { seeAll } = useMay()
  return useMemo<Column<Key>[]>(() => {
    const states: Record<Key['state'], string> = {
      active: t`active`,
      retiring: t`in rotation`,
      expired: t`expired`,
      revoked: t`revoked`,
    }
    return [
      {
        id: 'name',
        header: t`Key`,
        cell: (key) => (
          <div className="min-w-36">
            <span className="font-medium">{key.name}</span>
            <div className="font-mono text-xs text-faint">{key.prefix}…</div>
          </div>
        ),
      },
      ...(withUser && seeAll ? [userColumn(t`User`)] : []),
      {
        id: 'state',
        header: t`State`,
        cell: (key) => <Badge tone={TONES[key.state]}>{states[key.state]}</Badge>,
      },
      {
        id: 'limits',
        header: t`Limits per minute`,
        cell: (key) => <Limits of={key} />,
      },
      { id: 'minute', header: t`Last minute`, cell: (key) => <MinuteGauges of={key} /> },
      { id: 'models', header: t`Models`, cell: (key) => <Models of={key} /> },
      {
        id: 'expires',
        header: t`Expires`,
        cell: (key) =>
          key.expires_at ? (
            <TimeAgo at={key.expires_at} />
          ) : (
            <span className="whitespace-nowrap text-faint">{t`no expiry`}</span>
          ),
      },
      {
        id: 'used',
        header: t`Last used`,
        cell: (key) =>
          key.last_used_at ? (
            <TimeAgo at={key.last_used_at} />
          ) : (
            <span className="text-faint">{t`never`}</span>
          ),
      },
      {
        id: 'actions',
        header: <span className="sr-only">{t`Actions`}</span>,
        align: 'end',
        className: 'sticky right-0 bg-surface group-last:rounded-br-lg group-hover:bg-hover',
        cell: (key) => <KeyActions item={key} />,
      },
    ]
  }, [t, withUser, seeAll])
}

const userColumn = (header: string): Column<Key> => ({
  id: 'user',
  header,
  cell: (key) => (
    <Link
      to="/users/$userId"
      params={{ userId: String(key.user_id) }}
      title={key.username}
      className="block max-w-44 truncate underline-offset-2 hover:underline"
    >
      {key.username}
    </Link>
  ),
})

function Limits({ of: { rpm, tpm, allowed_addresses } }: { of: Key }) {
  const { t } = useLingui()
  const one = (value: number | null, unit: string) =>
    value === null ? null : value === 0 ? t`${unit} unlimited` : t`${formatCompact(value)} ${unit}`
  const parts = [
    one(rpm, t`requests`),
    one(tpm, t`tokens`),
    allowed_addresses && t`by address`,
  ].filter(Boolean)
  if (parts.length > 0) return <span>{parts.join(' · ')}</span>
  return (
    <span className="text-faint">
      <Trans>default</Trans>
    </span>
  )
}

const SHOWN_MODELS = 2

function Models({ of: { allowed_models: models } }: { of: Key }) {
  if (models === null)
    return (
      <span className="text-faint">
        <Trans>all</Trans>
      </span>
    )
  const more = models.length - SHOWN_MODELS
  return (
    <span title={models.join(', ')} className="whitespace-nowrap">
      {models.slice(0, SHOWN_MODELS).join(', ')}
      {more > 0 && ` +${more}`}
    </span>
  )
}
