/** How a request ended, in a word. */
import { useLingui } from '@lingui/react/macro'
import { Badge, type Tone } from '@/ui/badge.tsx'

interface Ended {
  outcome: string
  status: number
}

export function OutcomeBadge({ outcome, status }: Ended) {
  const name = useOutcomeNames()[outcome] ?? outcome
  return (
    <Badge tone={toneOf({ outcome, status })}>
      {status} {name}
    </Badge>
  )
}

function toneOf({ outcome, status }: Ended): Tone {
  if (outcome === 'aborted') return 'off'
  if (outcome === 'cut' || outcome === 'lost') return 'bad'
  if (status < 400) return 'ok'
  return status < 500 ? 'warn' : 'bad'
}

export function useOutcomeNames(): Record<string, string> {
  const { t } = useLingui()
  return {
    ok: t`answered`,
    refused: t`refused`,
    rejected: t`rejected`,
    upstream_error: t`failed at the upstream`,
    cut: t`cut off`,
    aborted: t`canceled by the client`,
    lost: t`lost in a crash`,
  }
}
