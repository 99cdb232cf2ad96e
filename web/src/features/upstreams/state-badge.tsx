/** The state of an upstream in a word, with a countdown while it rests. */
import { useLingui } from '@lingui/react/macro'
import type { Upstream } from '@/api/upstreams.ts'
import { Badge, type Tone } from '@/ui/badge.tsx'
import { Countdown } from '@/ui/time.tsx'

const TONES: Record<Upstream['state'], Tone> = {
  healthy: 'ok',
  half_open: 'info',
  open: 'bad',
  cooling: 'wait',
  invalid: 'bad',
  draining: 'wait',
  disabled: 'off',
}

interface StateBadgeProps {
  of: Pick<Upstream, 'state' | 'cooldown_until' | 'models'>
  /** How many of its models it does not serve well now, although its key works. */
  failing: number
}

export function StateBadge({ of: { state, cooldown_until, models }, failing }: StateBadgeProps) {
  const { t } = useLingui()
  const names: Record<Upstream['state'], string> = {
    healthy: t`healthy`,
    half_open: t`probing`,
    open: t`failing`,
    cooling: t`cooling down`,
    invalid: t`refused`,
    draining: t`draining`,
    disabled: t`off`,
  }
  if (state === 'healthy' && failing > 0)
    return failing === models?.length ? (
      <Badge tone="bad">{t`failing`}</Badge>
    ) : (
      <Badge tone="warn">{t`failing in part`}</Badge>
    )
  return (
    <Badge tone={TONES[state]}>
      {names[state]}
      {cooldown_until && (state === 'cooling' || state === 'open') && (
        <Countdown until={cooldown_until} />
      )}
    </Badge>
  )
}
