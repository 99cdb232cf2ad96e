/** Requests and tokens of a key's last minute, each as a bar where the key has a limit of its own. */
import { useLingui } from '@lingui/react/macro'
import type { Key } from '@/api/keys.ts'
import { formatCompact } from '@/lib/format.ts'
import { Meter } from '@/ui/chart/meter.tsx'

export function MinuteGauges({ of: { name, minute, rpm, tpm } }: { of: Key }) {
  const { t } = useLingui()
  if (minute.requests === 0 && minute.tokens === 0 && !rpm && !tpm)
    return <span className="text-faint">–</span>
  return (
    <div className="flex flex-col gap-1.5">
      <Gauge
        unit={t`requests`}
        label={t`Requests per minute of ${name}`}
        used={minute.requests}
        limit={rpm}
      />
      <Gauge
        unit={t`tokens`}
        label={t`Tokens per minute of ${name}`}
        used={minute.tokens}
        limit={tpm}
      />
    </div>
  )
}

interface GaugeProps {
  unit: string
  label: string
  used: number
  /** Null is the default for all keys, 0 no limit. */
  limit: number | null
}

function Gauge({ unit, label, used, limit }: GaugeProps) {
  const { t } = useLingui()
  if (limit) return <Meter label={label} used={used} limit={limit} unit={unit} />
  return (
    <div className="text-xs whitespace-nowrap text-soft">{t`${formatCompact(used)} ${unit}`}</div>
  )
}
