/** The columns of the list of upstreams. */
import { Trans, useLingui } from '@lingui/react/macro'
import type { ColumnDef } from '@tanstack/react-table'
import { useMemo } from 'react'
import type { Upstream } from '@/api/upstreams.ts'
import { formatDuration, formatNumber, formatShare } from '@/lib/format.ts'
import { Managed } from '@/ui/managed.tsx'
import { OutcomeStrip } from './outcome-strip.tsx'
import { StateBadge } from './state-badge.tsx'
import { UpstreamActions } from './upstream-actions.tsx'

export function useUpstreamColumns(): ColumnDef<Upstream>[] {
  const { t } = useLingui()
  return useMemo<ColumnDef<Upstream>[]>(
    () => [
      { id: 'name', header: t`Name`, cell: ({ row }) => <Name of={row.original} /> },
      { id: 'state', header: t`State`, cell: ({ row }) => <State of={row.original} /> },
      {
        id: 'weight',
        header: t`Share`,
        meta: { align: 'end' },
        cell: ({ row: { original } }) => (
          <>
            {formatShare(original.share)}
            <div className="text-xs text-faint">
              <Trans>weight {original.weight}</Trans>
            </div>
          </>
        ),
      },
      {
        id: 'recent',
        header: t`Last 50`,
        cell: ({ row }) => <OutcomeStrip outcomes={row.original.recent} />,
      },
      {
        id: 'first-token',
        header: t`Time to first token`,
        meta: { align: 'end' },
        cell: ({ row: { original } }) => (
          <>
            {formatDuration(original.day.first_token_p50_ms)}
            <div className="text-xs text-faint">
              <Trans>p95 {formatDuration(original.day.first_token_p95_ms)}</Trans>
            </div>
          </>
        ),
      },
      {
        id: 'day',
        header: t`24 hours`,
        meta: { align: 'end' },
        cell: ({ row: { original } }) => (
          <>
            {formatNumber(original.day.requests)}
            <div className="text-xs text-faint">
              <Trans>{formatNumber(original.day.errors)} errors</Trans>
            </div>
          </>
        ),
      },
      {
        id: 'actions',
        header: () => <span className="sr-only">{t`Actions`}</span>,
        meta: { align: 'end' },
        cell: ({ row }) => <UpstreamActions item={row.original} />,
      },
    ],
    [t],
  )
}

function Name({ of: { name, provider, key_hint, managed_by } }: { of: Upstream }) {
  return (
    <div className="min-w-40">
      <span className="font-medium">{name}</span> <Managed by={managed_by} />
      <div className="text-xs text-faint">
        {provider} · <span className="font-mono">{key_hint}</span>
      </div>
    </div>
  )
}

function State({ of }: { of: Upstream }) {
  return (
    <div className="max-w-72 min-w-40 py-0.5">
      <StateBadge of={of} />
      {of.last_error && of.state !== 'healthy' && (
        <div className="mt-0.5 text-xs text-soft" title={of.last_error}>
          {of.last_error_hint ?? of.last_error}
        </div>
      )}
    </div>
  )
}
