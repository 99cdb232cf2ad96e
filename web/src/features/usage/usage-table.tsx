/** The sums by group, with each one's share of all. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMemo } from 'react'
import type { UsageReport } from '@/api/usage.ts'
import { formatCost, formatNumber, formatShare } from '@/lib/format.ts'
import type { Group, Metric } from '@/lib/search-params.ts'
import { ChartColumnIcon } from '@/ui/icons.ts'
import { Empty } from '@/ui/states.tsx'
import { type Column, DataTable } from '@/ui/table.tsx'
import { useGroupNames } from './metrics.ts'

interface Line {
  id: string
  names: string[]
  sum: UsageReport['total']
  share: number
}

interface UsageTableProps {
  report: UsageReport
  metric: Metric
  groups: readonly Group[]
}

export function UsageTable({ report, metric, groups }: UsageTableProps) {
  const { t } = useLingui()
  const lines = useMemo(() => linesOf(report, metric, t`Other`), [report, metric, t])
  const columns = useColumns(groups)
  return (
    <DataTable
      label={t`Usage`}
      items={lines}
      columns={columns}
      rowId={({ id }) => id}
      empty={
        <Empty icon={ChartColumnIcon} title={t`No usage in this period`}>
          <Trans>Choose a longer period, or send a request.</Trans>
        </Empty>
      }
    />
  )
}

function linesOf({ rows, other, total }: UsageReport, metric: Metric, otherName: string): Line[] {
  const all = total[metric] ?? 0
  const line = (id: string, names: string[], sum: UsageReport['total']): Line => ({
    id,
    names,
    sum,
    share: all === 0 ? 0 : (sum[metric] ?? 0) / all,
  })
  return [
    ...rows.map(({ group, sum }) =>
      line(
        group.map(({ id }) => id).join('\n'),
        group.map(({ name }) => name),
        sum,
      ),
    ),
    ...(other && other.requests > 0 ? [line('\nother', [otherName], other)] : []),
  ]
}

function useColumns(groups: readonly Group[]): Column<Line>[] {
  const { t } = useLingui()
  const names = useGroupNames()
  const key = groups.join()
  return useMemo(() => {
    const number = (
      id: string,
      header: string,
      of: (line: Line) => number | null,
      format = formatNumber,
    ) =>
      ({
        id,
        header,
        align: 'end',
        sortBy: (line) => of(line) ?? 0,
        cell: (line) => {
          const value = of(line)
          return value === null ? '–' : format(value)
        },
      }) satisfies Column<Line>
    return [
      ...(key.split(',') as Group[]).map(
        (group, index): Column<Line> => ({
          id: group,
          header: names[group],
          sortBy: ({ names: own }) => own[index] ?? '',
          cell: (line) => (
            <span
              title={line.names[index]}
              className={`block max-w-52 truncate ${index === 0 ? 'font-medium' : ''}`}
            >
              {line.names[index]}
            </span>
          ),
        }),
      ),
      {
        id: 'share',
        header: t`Share`,
        sortBy: ({ share }) => share,
        cell: (line) => (
          <span className="flex min-w-24 items-center gap-2">
            <span
              aria-hidden="true"
              className="h-1.5 w-14 rounded-full bg-sunken forced-color-adjust-none"
            >
              <span
                className="block h-full rounded-full bg-accent"
                style={{ width: `${line.share * 100}%` }}
              />
            </span>
            {formatShare(line.share)}
          </span>
        ),
      },
      number('cost', t`Cost`, ({ sum }) => sum.cost_usd, formatCost),
      number('requests', t`Requests`, ({ sum }) => sum.requests),
      number('errors', t`Errors`, ({ sum }) => sum.errors),
      number('prompt', t`Input`, ({ sum }) => sum.prompt_tokens),
      number('completion', t`Output`, ({ sum }) => sum.completion_tokens),
      number('total', t`Tokens`, ({ sum }) => sum.total_tokens),
    ]
  }, [key, names, t])
}
