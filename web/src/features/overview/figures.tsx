/** The headline figures, each against the period before. */
import { Trans, useLingui } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import type { Figure, Overview } from '@/api/overview.ts'
import {
  formatCompact,
  formatCost,
  formatDuration,
  formatNumber,
  formatShare,
} from '@/lib/format.ts'
import { classNames } from '@/ui/class-names.ts'

type Better = 'more' | 'less' | 'neither'

export function Figures({ figures }: { figures: Overview['figures'] }) {
  const { t } = useLingui()
  const { requests, errors } = figures
  const errorShare = requests.value && errors.value !== null ? errors.value / requests.value : null
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-line shadow-panel md:grid-cols-3 xl:grid-cols-6">
      <Tile name={t`Requests`} figure={requests} format={formatCompact} better="neither" />
      <Tile
        name={t`Errors`}
        figure={errors}
        format={formatNumber}
        better="less"
        extra={errorShare !== null && formatShare(errorShare)}
      />
      <Tile name={t`Tokens`} figure={figures.tokens} format={formatCompact} better="neither" />
      <Tile name={t`Cost`} figure={figures.cost_usd} format={formatCost} better="neither" />
      <Tile
        name={t`Time to first token`}
        figure={figures.first_token_p50_ms}
        format={formatDuration}
        better="less"
        extra={<Percentile figure={figures.first_token_p95_ms} />}
      />
      <Tile
        name={t`Gateway overhead`}
        figure={figures.overhead_p50_ms}
        format={formatDuration}
        better="less"
        extra={<Percentile figure={figures.overhead_p95_ms} />}
      />
    </dl>
  )
}

function Percentile({ figure }: { figure: Figure }) {
  return <Trans>p95 {formatDuration(figure.value)}</Trans>
}

interface TileProps {
  name: string
  figure: Figure
  format: (value: number) => string
  better: Better
  extra?: ReactNode
}

function Tile({ name, figure, format, better, extra }: TileProps) {
  return (
    <div className="flex min-h-24 flex-col bg-surface px-4 py-3">
      <dt className="text-xs text-faint">{name}</dt>
      <dd className="mt-0.5 flex flex-wrap items-baseline gap-x-2">
        <span
          className="text-xl leading-8 font-semibold tracking-tight"
          title={figure.value === null ? undefined : formatNumber(figure.value)}
        >
          {figure.value === null ? '–' : format(figure.value)}
        </span>
        {extra && <span className="text-xs whitespace-nowrap text-soft">{extra}</span>}
      </dd>
      <dd className="text-xs text-faint">
        <Change figure={figure} better={better} format={format} />
      </dd>
    </div>
  )
}

const UNCHANGED = 0.005

function Change({
  figure: { value, before },
  better,
  format,
}: Pick<TileProps, 'figure' | 'better' | 'format'>) {
  const { t } = useLingui()
  if (value === null || before === null || before === 0) return <Trans>no earlier data</Trans>
  const change = value / before - 1
  if (Math.abs(change) < UNCHANGED) return <Trans>unchanged</Trans>
  const good = better === 'neither' ? null : (better === 'more') === change > 0
  const share = formatShare(Math.abs(change))
  return (
    <>
      <span
        className={classNames(
          'font-medium',
          good === true && 'text-ok',
          good === false && 'text-bad',
        )}
      >
        <span aria-hidden="true">{change > 0 ? '▲' : '▼'}</span>
        <span className="sr-only">{change > 0 ? t`more:` : t`less:`}</span> {share}
      </span>{' '}
      <Trans>vs. {format(before)}</Trans>
    </>
  )
}
