/** The last requests of an upstream as a strip, oldest first: full bars for answers, short ones for failures. */
import { useLingui } from '@lingui/react/macro'
import type { Upstream } from '@/api/upstreams.ts'

const SHOWN = 50
const BAR = 3
const HEIGHT = 18

export function OutcomeStrip({ outcomes }: { outcomes: Upstream['recent'] }) {
  const { t } = useLingui()
  if (outcomes.length === 0) return <span className="text-faint">{t`no requests yet`}</span>
  const shown = [...outcomes].sort((one, other) => one.at.localeCompare(other.at)).slice(-SHOWN)
  const failed = shown.filter(({ ok }) => !ok).length
  const label =
    failed === 0
      ? t`all of the last ${shown.length} answered`
      : t`${failed} of the last ${shown.length} failed`
  const first = SHOWN - shown.length
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${SHOWN * BAR} ${HEIGHT}`}
      className="h-[18px] w-[150px]"
      shapeRendering="crispEdges"
    >
      <title>{label}</title>
      <rect width={SHOWN * BAR - 1} height={HEIGHT} className="fill-sunken" />
      {shown.map(({ at, ok }, index) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: two may have ended at the same moment
          key={`${at}-${index}`}
          x={(first + index) * BAR}
          y={ok ? 0 : HEIGHT / 2}
          width={BAR - 1}
          height={ok ? HEIGHT : HEIGHT / 2}
          className={ok ? 'fill-ok/60' : 'fill-bad'}
        />
      ))}
    </svg>
  )
}
