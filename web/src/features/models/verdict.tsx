/** Why a target is tried or passed over, in words. */
import { useLingui } from '@lingui/react/macro'
import type { ExplainedTarget } from '@/api/models.ts'
import { formatTime } from '@/lib/format.ts'
import { Badge, type Tone } from '@/ui/badge.tsx'

const TONES: Partial<Record<ExplainedTarget['reason'], Tone>> = {
  tried: 'ok',
  tried_last: 'warn',
  mirror: 'info',
  resting: 'wait',
  disabled: 'off',
  invalid: 'bad',
}

export function Verdict({ of: { reason, detail, until } }: { of: ExplainedTarget }) {
  const { t } = useLingui()
  const texts: Record<ExplainedTarget['reason'], string> = {
    tried: t`ready`,
    tried_last: t`tried last`,
    mirror: t`mirror, ${detail ?? ''} %`,
    key_not_allowed: t`the key does not allow it`,
    condition: t`the request does not meet its condition`,
    disabled: t`turned off`,
    invalid: t`the provider refuses its key`,
    resting: t`resting`,
    not_a_target: t`not a target`,
    not_served: t`does not serve it`,
    less_specific: t`another upstream fits the name better`,
  }
  const end = until === null ? null : t`until ${formatTime(until, 'time')}`
  const condition = reason === 'tried' && detail !== null ? t`if ${detail}` : null
  const added = reason === 'mirror' || reason === 'tried' ? condition : detail
  return (
    <span className="flex min-w-0 flex-col items-end gap-0.5 text-right">
      <Badge tone={TONES[reason] ?? 'off'}>{[texts[reason], end].filter(Boolean).join(' ')}</Badge>
      {added && <span className="max-w-full text-xs wrap-anywhere text-faint">{added}</span>}
    </span>
  )
}
