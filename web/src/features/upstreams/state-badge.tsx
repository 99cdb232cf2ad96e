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

export function StateBadge({
  of: { state, cooldown_until },
}: {
  of: Pick<Upstream, 'state' | 'cooldown_until'>
}) {
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
  return (
    <Badge tone={TONES[state]}>
      {names[state]}
      {cooldown_until && (state === 'cooling' || state === 'open') && (
        <Countdown until={cooldown_until} />
      )}
    </Badge>
  )
}
