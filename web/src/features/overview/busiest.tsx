/** Who and what is busiest. */
import { Trans, useLingui } from '@lingui/react/macro'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Overview } from '@/api/overview.ts'
import { useMay } from '@/api/session.ts'
import { formatCompact, formatCost, formatNumber } from '@/lib/format.ts'
import { Panel } from '@/ui/page.tsx'

type Row = Overview['busiest']['users'][number]

const LINK = 'truncate underline-offset-2 hover:underline'

export function Busiest({ busiest }: { busiest: Overview['busiest'] }) {
  const { t } = useLingui()
  const { seeAll } = useMay()
  const user = ({ id, name }: Row) => (
    <Link to="/users/$userId" params={{ userId: id }} className={LINK}>
      {name}
    </Link>
  )
  const key = ({ id, name, owner }: Row) => (
    <Link to="/requests" search={{ key: Number(id) }} className={LINK}>
      {seeAll && owner && `${owner} · `}
      {name}
    </Link>
  )
  const model = ({ id, name }: Row) => (
    <Link to="/requests" search={{ model: id }} className={LINK}>
      {name}
    </Link>
  )
  return (
    <div className="grid gap-4 lg:grid-cols-3">
      {seeAll && <Ranking title={t`Busiest users`} rows={busiest.users} link={user} />}
      <Ranking title={t`Busiest keys`} rows={busiest.keys} link={key} />
      <Ranking title={t`Busiest models`} rows={busiest.models} link={model} />
    </div>
  )
}

function Ranking({
  title,
  rows,
  link,
}: {
  title: string
  rows: readonly Row[]
  link: (row: Row) => ReactNode
}) {
  // By what they are sorted by; by tokens if no price is known.
  const priced = rows.some(({ cost_usd }) => cost_usd)
  const size = ({ cost_usd, tokens }: Row) => (priced ? (cost_usd ?? 0) : tokens)
  const most = Math.max(Number.MIN_VALUE, ...rows.map(size))
  return (
    <Panel title={title}>
      {rows.length === 0 ? (
        <p className="text-soft">
          <Trans>No requests in this period.</Trans>
        </p>
      ) : (
        <ol className="flex flex-col gap-3">
          {rows.map((row) => (
            <li key={row.id}>
              <div className="flex items-baseline gap-3">
                <span className="min-w-0 grow truncate font-medium">{link(row)}</span>
                <span
                  className="text-xs whitespace-nowrap text-faint"
                  title={formatNumber(row.tokens)}
                >
                  <Trans>{formatCompact(row.tokens)} tokens</Trans>
                </span>
                <span className="w-16 text-right whitespace-nowrap">
                  {formatCost(row.cost_usd)}
                </span>
              </div>
              <div
                aria-hidden="true"
                className="mt-1 h-1 rounded-full bg-sunken forced-color-adjust-none"
              >
                <div
                  className="h-full rounded-full bg-accent"
                  style={{ width: `${(size(row) / most) * 100}%` }}
                />
              </div>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}
