/** A long list of requests; only the rows in view are drawn. Screen readers get the number of all rows. */
import { useLingui } from '@lingui/react/macro'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef } from 'react'
import type { RequestRow } from '@/api/requests.ts'
import { useMay } from '@/api/session.ts'
import { formatCost, formatDuration, formatNumber } from '@/lib/format.ts'
import { Time } from '@/ui/time.tsx'
import { OutcomeBadge } from './outcome-badge.tsx'

const ROW_HEIGHT = 38
const COLUMNS =
  'grid min-w-[62rem] grid-cols-[8rem_12.5rem_minmax(7rem,1fr)_minmax(7rem,1.2fr)_minmax(7rem,1fr)_4.5rem_3.5rem_4.5rem] items-center gap-3 px-4'

interface RequestTableProps {
  rows: readonly RequestRow[]
  /** -1 if their number is unknown. */
  total: number
  onOpen: (id: string) => void
  footer?: ReactNode
  /** Called when the list leaves its top, and when it is back. */
  onScrolled?: (scrolled: boolean) => void
  /** Keeps the newest row in view. */
  atTop?: boolean
}

export function RequestTable({
  rows,
  total,
  onOpen,
  footer,
  onScrolled,
  atTop = false,
}: RequestTableProps) {
  const { t } = useLingui()
  const { seeAll } = useMay()
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    getItemKey: (index) => rows[index]?.request_id ?? index,
  })
  useEffect(() => {
    if (atTop && scroller.current !== null) scroller.current.scrollTop = 0
  }, [atTop])
  return (
    <div
      ref={scroller}
      role="table"
      aria-label={t`Requests`}
      aria-rowcount={total < 0 ? -1 : total + 1}
      tabIndex={0}
      onScroll={(event) => onScrolled?.(event.currentTarget.scrollTop > ROW_HEIGHT)}
      className="relative max-h-[70dvh] overflow-auto [overflow-anchor:none] print:max-h-none"
    >
      <div role="rowgroup" className="sticky top-0 z-10 w-fit min-w-full border-b bg-surface">
        <div
          role="row"
          aria-rowindex={1}
          className={`${COLUMNS} h-9 text-xs font-medium text-faint`}
        >
          <span role="columnheader">{t`Time`}</span>
          <span role="columnheader">{t`Outcome`}</span>
          <span role="columnheader">{t`Model`}</span>
          <span role="columnheader">{seeAll ? t`User and key` : t`Key`}</span>
          <span role="columnheader">{t`Upstream`}</span>
          <span role="columnheader" className="text-right">{t`Duration`}</span>
          <span role="columnheader" className="text-right">{t`Tokens`}</span>
          <span role="columnheader" className="text-right">{t`Cost`}</span>
        </div>
      </div>
      <div
        role="rowgroup"
        className="relative w-fit min-w-full"
        style={{ height: virtual.getTotalSize() }}
      >
        {virtual.getVirtualItems().map(({ key, index, start }) => {
          const row = rows[index]
          return (
            row && (
              <Row
                key={key}
                row={row}
                index={index}
                top={start}
                onOpen={onOpen}
                withUser={seeAll}
              />
            )
          )
        })}
      </div>
      {footer}
    </div>
  )
}

interface RowProps {
  row: RequestRow
  index: number
  top: number
  onOpen: (id: string) => void
  withUser: boolean
}

function Row({ row, index, top, onOpen, withUser }: RowProps) {
  const { t } = useLingui()
  const open = () => onOpen(row.request_id)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the button in its first cell is for the keyboard
    <div
      role="row"
      aria-rowindex={index + 2}
      onClick={open}
      style={{ transform: `translateY(${top}px)`, height: ROW_HEIGHT }}
      className={`${COLUMNS} absolute inset-x-0 cursor-pointer border-b whitespace-nowrap hover:bg-hover`}
    >
      <span role="cell">
        <button
          type="button"
          onClick={(event) => {
            event.stopPropagation()
            open()
          }}
          className="underline-offset-2 hover:underline"
        >
          <Time at={row.started_at} style="full" />
          <span className="sr-only">{t`Open request ${row.request_id}`}</span>
        </button>
      </span>
      <span role="cell" className="overflow-hidden">
        <OutcomeBadge outcome={row.outcome} status={row.status} />
      </span>
      <span role="cell" className="truncate">
        {row.model || '–'}
      </span>
      <span role="cell" className="truncate">
        {withUser && <>{row.username} · </>}
        <span className={withUser ? 'text-faint' : ''}>{row.key_name}</span>
      </span>
      <span role="cell" className="flex gap-1.5">
        <span className="truncate">{row.upstream ?? '–'}</span>
        {row.attempts > 1 && (
          <span className="text-faint" title={t`${row.attempts} attempts`}>
            <span aria-hidden="true">×{row.attempts}</span>
            <span className="sr-only">{t`${row.attempts} attempts`}</span>
          </span>
        )}
      </span>
      <span role="cell" className="text-right">
        {formatDuration(row.duration_ms)}
      </span>
      <span role="cell" className="text-right" title={row.estimated ? t`estimated` : undefined}>
        {row.estimated && '~'}
        {formatNumber(row.total_tokens)}
      </span>
      <span role="cell" className="text-right">
        {formatCost(row.cost_usd)}
      </span>
    </div>
  )
}
