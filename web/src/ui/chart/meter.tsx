/** How much of a limit is used, as a bar and in words. */
import { useLingui } from '@lingui/react/macro'
import { formatCompact, formatNumber, formatShare } from '@/lib/format.ts'
import { classNames } from '../class-names.ts'

const NEARLY = 0.8

interface MeterProps {
  used: number
  limit: number | null
  label: string
  /** Of what, where the label is not in view. */
  unit?: string
}

/** `limit` null or 0 is no limit, which is not the same as an empty one. */
export function Meter({ used, limit, label, unit }: MeterProps) {
  const { t } = useLingui()
  const unlimited = limit === null
  const share = unlimited ? 0 : limit === 0 ? 1 : Math.min(1, used / limit)
  const colour = share >= 1 ? 'bg-bad' : share >= NEARLY ? 'bg-warn' : 'bg-accent'
  const text = unlimited
    ? t`${formatCompact(used)} · no limit`
    : t`${formatCompact(used)} of ${formatCompact(limit)} · ${formatShare(limit === 0 ? 1 : used / limit)}`
  if (unlimited)
    return (
      <div className="text-xs whitespace-nowrap text-soft" title={formatNumber(used)}>
        {text}
      </div>
    )
  return (
    <div className="min-w-32" title={`${formatNumber(used)} / ${formatNumber(limit)}`}>
      <div
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        aria-valuetext={text}
        className="h-1.5 overflow-hidden rounded-full bg-line forced-color-adjust-none"
      >
        <div
          className={classNames('h-full rounded-full', colour)}
          style={{ width: `${share * 100}%` }}
        />
      </div>
      <div className="mt-1 text-xs whitespace-nowrap text-soft">
        {unit ? `${text} · ${unit}` : text}
      </div>
    </div>
  )
}
